-- Months and days (`grain`) in which what is paid a month in one currency changes: by the company as a whole (`unit_id` is
-- empty), and by each subscription or item where a set of rules looks at those. Items are summed, then rounded to 6 places
-- (to 10 before, so that thirds of items, each rounded to 12, do not tip a half). It stays `closing` until `until_no`;
-- once it is 0, only the period of the change itself counts. Negative items (credits) lower what is paid in their currency
-- down to 0 and no further: the invariant `credits_within_revenue` names what is beyond.
with moved as (
    select policy_id, company_id, unit_id, currency, runs_from as moved_at, net_mrr, gross_mrr
    from intermediate.revenue_item_span
    union all
    select policy_id, company_id, unit_id, currency, runs_to, -net_mrr, -gross_mrr
    from intermediate.revenue_item_span
    where runs_to is not null
),

seen as (
    select m.policy_id, m.company_id, m.unit_id, m.currency, c.month_no, c.day_no, m.net_mrr, m.gross_mrr
    from moved as m
    join intermediate.calendar as c
        on m.policy_id = c.policy_id and cast(m.moved_at as date) = c.utc_on
        and m.moved_at >= c.seen_from and m.moved_at < c.seen_to
),

step as (
    select
        policy_id, 'day' as grain, company_id, unit_id, currency, day_no as period_no, sum(net_mrr) as net_step,
        sum(gross_mrr) as gross_step
    from seen
    group by policy_id, company_id, unit_id, currency, day_no
    union all
    select policy_id, 'month', company_id, unit_id, currency, month_no, sum(net_mrr), sum(gross_mrr)
    from seen
    where month_no is not null
    group by policy_id, company_id, unit_id, currency, month_no
),

level as (
    select
        *,
        cast(greatest(round(round(sum(net_step) over history, 10), 6), 0) as decimal(38, 12)) as closing,
        cast(greatest(round(round(sum(net_step) over history - net_step, 10), 6), 0) as decimal(38, 12)) as opening,
        cast(greatest(round(round(sum(gross_step) over history, 10), 6), 0) as decimal(38, 12)) as gross_mrr,
        cast(greatest(round(round(sum(gross_step) over history - gross_step, 10), 6), 0) as decimal(38, 12)) as gross_before
    from step
    where net_step <> 0 or gross_step <> 0
    window history as (partition by policy_id, grain, company_id, unit_id, currency order by period_no)
),

changed as (
    select policy_id, grain, company_id, unit_id, currency, period_no, opening, closing, gross_mrr, gross_before
    from level
    where closing <> opening or gross_mrr <> gross_before
),

total as (
    select
        policy_id, grain, company_id, currency, period_no, sum(closing - opening) as net_step,
        sum(gross_mrr - gross_before) as gross_step
    from changed
    where unit_id <> ''
    group by policy_id, grain, company_id, currency, period_no
),

everything as (
    select policy_id, grain, company_id, unit_id, currency, period_no, opening, closing, gross_mrr from changed
    union all
    select
        policy_id, grain, company_id, '', currency, period_no,
        cast(sum(net_step) over history - net_step as decimal(38, 12)),
        cast(sum(net_step) over history as decimal(38, 12)), cast(sum(gross_step) over history as decimal(38, 12))
    from total
    window history as (partition by policy_id, grain, company_id, currency order by period_no)
),

last_period as (
    select policy_id, grain, max(period_no) as period_no from intermediate.period group by policy_id, grain
)

select
    e.*,
    case
        when e.closing = 0 and (e.unit_id = '' or e.gross_mrr = 0) then e.period_no + 1
        else coalesce(
            lead(e.period_no) over (
                partition by e.policy_id, e.grain, e.company_id, e.unit_id, e.currency order by e.period_no
            ), l.period_no + 1
        )
    end as until_no
from everything as e
join last_period as l on e.policy_id = l.policy_id and e.grain = l.grain
