-- Every item over every stretch in which it counts, with what its number is made of, in words.
with reduced as (
    select
        s.policy_id, s.subscription_version_id, s.runs_from,
        string_agg(
            regexp_replace(cast(coalesce(d.percent_off, d.amount_off) as varchar), '\.?0+$', '')
            || case when d.percent_off is null then ' ' || coalesce(d.currency, s.currency) else ' %' end || ' off '
            || case when d.item is null then 'the subscription' else 'the item' end || ' (' || d.duration || ')',
            ', ' order by d.runs_from, d.subscription_discount_id
        ) as discounts
    from intermediate.revenue_item_span as s
    join intermediate.subscription_discount_run as d
        on s.policy_id = d.policy_id and s.subscription_id = d.subscription_id and coalesce(d.item, s.item) = s.item
        and s.runs_from >= d.runs_from and coalesce(s.runs_from < d.runs_to, true)
        and (d.percent_off is not null or coalesce(d.currency, s.currency) = s.currency)
    where s.invoice_line_id is null
    group by s.policy_id, s.subscription_version_id, s.runs_from
),

priced as (
    select
        s.*, v.quantity, v.unit_amount, v.billing_interval, v.interval_count, r.discounts,
        case when v.is_metered then 'minimum committed for metered usage' else 'quantity * unit amount' end
        || case when r.discounts is null then '' else ', less discounts' end
        || ', * ' || v.numerator || ' / ' || v.divisor as rule
    from intermediate.revenue_item_span as s
    join intermediate.subscription_item_version as v
        on s.policy_id = v.policy_id and s.subscription_version_id = v.subscription_version_id
        and s.runs_from >= v.runs_from and coalesce(s.runs_from < v.runs_to, true)
    left join reduced as r
        on s.policy_id = r.policy_id and s.subscription_version_id = r.subscription_version_id and s.runs_from = r.runs_from
    where s.invoice_line_id is null
),

billed as (
    select
        s.*, b.quantity, b.unit_amount, cast(null as varchar) as billing_interval, cast(null as bigint) as interval_count,
        cast(null as varchar) as discounts,
        'amount of the invoice line without tax, less its discounts, * ' || b.numerator || ' / ' || b.divisor as rule
    from intermediate.revenue_item_span as s
    join intermediate.billed_item_span as b on s.policy_id = b.policy_id and s.invoice_line_id = b.invoice_line_id
),

everything as (
    select * from priced
    union all
    select * from billed
)

select
    e.policy_id,
    coalesce(e.subscription_version_id, e.invoice_line_id) || ' '
        || strftime(e.runs_from, '%Y-%m-%dT%H:%M:%S.%f') as mrr_item_id,
    e.company_id, e.subscription_id, case when e.invoice_line_id is null then e.item end as item, e.product_id,
    case when e.invoice_line_id is null then 'subscription' else 'invoice_line' end as basis, e.runs_from, e.runs_to,
    e.quantity, e.unit_amount, e.currency, e.billing_interval, e.interval_count, e.gross_mrr, e.net_mrr, e.discounts,
    e.rule || case when p.rounding = 'per_item' then ', rounded to the smallest unit of the currency' else '' end as rule,
    e.subscription_version_id, e.invoice_line_id
from everything as e
join policy.revenue_set as p on e.policy_id = p.policy_id
