-- What every item counts a month in each set of rules over [runs_from, runs_to), whatever it is read from, and whose change
-- it is: `unit_id` is the subscription or item whose movements are told, empty where they are the company's as a whole.
-- Where they are the group's, the money stands under the company at its top.
with item as (
    select
        policy_id, company_id, subscription_id, item, subscription_version_id, cast(null as varchar) as invoice_line_id,
        product_id, currency, runs_from, runs_to, gross_mrr, net_mrr
    from intermediate.subscription_item_span
    union all
    select
        policy_id, company_id, subscription_id, coalesce(product_id, ''), cast(null as varchar), invoice_line_id,
        product_id, currency, runs_from, runs_to, gross_mrr, net_mrr
    from intermediate.billed_item_span
),

top as (
    select company_id, ancestor_id
    from intermediate.company_tree
    qualify row_number() over (partition by company_id order by depth desc) = 1
),

placed as (
    select
        i.* exclude (company_id), p.rounding,
        case when p.movement_grain = 'parent' then coalesce(t.ancestor_id, i.company_id) else i.company_id end as company_id,
        case p.movement_grain
            when 'subscription' then 'subscription ' || coalesce(c.chain_id, i.subscription_id, '')
            when 'item' then 'item ' || coalesce(c.chain_id, i.subscription_id, '') || ' ' || i.item
            else ''
        end as unit_id,
        case when p.rounding = 'per_item' then coalesce(u.places, 2) end as places
    from item as i
    join policy.revenue_set as p on i.policy_id = p.policy_id
    left join top as t on p.movement_grain = 'parent' and i.company_id = t.company_id
    left join intermediate.subscription_chain as c on i.subscription_id = c.subscription_id
    left join behaviour.minor_unit as u on i.currency = u.currency
)

select
    policy_id, company_id, unit_id, subscription_id, item, subscription_version_id, invoice_line_id, product_id, currency,
    runs_from, runs_to,
    case places
        when 0 then cast(round(round(gross_mrr, 10), 0) as decimal(38, 12))
        when 2 then cast(round(round(gross_mrr, 10), 2) as decimal(38, 12))
        when 3 then cast(round(round(gross_mrr, 10), 3) as decimal(38, 12))
        when 4 then cast(round(round(gross_mrr, 10), 4) as decimal(38, 12))
        else gross_mrr
    end as gross_mrr,
    case places
        when 0 then cast(round(round(net_mrr, 10), 0) as decimal(38, 12))
        when 2 then cast(round(round(net_mrr, 10), 2) as decimal(38, 12))
        when 3 then cast(round(round(net_mrr, 10), 3) as decimal(38, 12))
        when 4 then cast(round(round(net_mrr, 10), 4) as decimal(38, 12))
        else net_mrr
    end as net_mrr
from placed
