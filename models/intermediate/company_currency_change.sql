-- Snapshots at which what a company pays a month in one currency changes. Items are summed, then rounded to 6 places
-- (to 10 before, so that thirds of items, each rounded to 12, do not tip a half). It stays `closing` until `until_no`;
-- once it is 0, only the snapshot of the change itself counts. Negative items (credits) lower what the company pays in
-- their currency down to 0 and no further: the invariant `credits_within_revenue` names what is beyond.
with delta as (
    select company_id, currency, month_from as month_no, net_mrr, gross_mrr
    from intermediate.subscription_item_span
    union all
    select company_id, currency, month_to, -net_mrr, -gross_mrr
    from intermediate.subscription_item_span
),

step as (
    select company_id, currency, month_no, sum(net_mrr) as net_step, sum(gross_mrr) as gross_step
    from delta
    group by company_id, currency, month_no
),

level as (
    select
        company_id, currency, month_no,
        cast(greatest(round(round(sum(net_step) over history, 10), 6), 0) as decimal(38, 12)) as closing,
        cast(greatest(round(round(sum(net_step) over history - net_step, 10), 6), 0) as decimal(38, 12)) as opening,
        cast(greatest(round(round(sum(gross_step) over history, 10), 6), 0) as decimal(38, 12)) as gross_mrr,
        cast(greatest(round(round(sum(gross_step) over history - gross_step, 10), 6), 0) as decimal(38, 12)) as gross_before
    from step
    window history as (partition by company_id, currency order by month_no)
),

changed as (
    select * from level where closing <> opening or gross_mrr <> gross_before
),

last_month as (
    select max(month_no) as month_no from intermediate.month
)

select
    c.company_id, c.currency, c.month_no, c.opening, c.closing, c.gross_mrr,
    case
        when c.closing = 0 then c.month_no + 1
        else coalesce(
            lead(c.month_no) over (partition by c.company_id, c.currency order by c.month_no), l.month_no + 2
        )
    end as until_no
from changed as c
cross join last_month as l
where c.month_no <= l.month_no + 1
