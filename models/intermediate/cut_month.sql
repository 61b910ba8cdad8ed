-- The movements of a month over all companies that stood alike then, by one dimension at a time. Of a company that is
-- gone counts how it stood while it paid. Those that have paid in several currencies, or for several products, are
-- left out there.
with placed as (
    select
        c.*, m.month_no, coalesce(a.segment, 'not stated') as segment_then,
        coalesce(a.country, 'not stated') as country_then,
        coalesce(a.owner, 'not stated') as owner, coalesce(a.parent, 'no group') as parent, s.currency as paid_in, s.product
    from marts.company_month as c
    join intermediate.month as m on c.policy_id = m.policy_id and c.month = m.month
    left join intermediate.company_member as a
        on c.policy_id = a.policy_id and c.company_id = a.company_id
        and m.month_no - case when c.movement = 'churn' then 1 else 0 end >= a.from_no
        and m.month_no - case when c.movement = 'churn' then 1 else 0 end < a.until_no
    left join intermediate.company_slot as s on c.policy_id = s.policy_id and c.company_id = s.company_id
),

summed as (
    select
        policy_id, month_no,
        case
            when grouping(segment_then) = 0 then 'segment'
            when grouping(country_then) = 0 then 'country'
            when grouping(owner) = 0 then 'owner'
            when grouping(parent) = 0 then 'parent'
            when grouping(paid_in) = 0 then 'currency'
            else 'product'
        end as dimension,
        coalesce(segment_then, country_then, owner, parent, paid_in, product) as member,
        sum(opening) as opening, sum(new) as new, sum(reactivation) as reactivation, sum(expansion) as expansion,
        sum(contraction) as contraction, sum(churn) as churn, sum(fx) as fx, sum(closing) as closing,
        count(*) filter (where was_customer) as customers_opening,
        count(*) filter (where movement = 'new') as customers_new,
        count(*) filter (where movement = 'reactivation') as customers_reactivated,
        count(*) filter (where movement = 'churn') as customers_churned,
        count(*) filter (where is_customer) as customers_closing
    from placed
    group by grouping sets (
        (policy_id, month_no, segment_then), (policy_id, month_no, country_then), (policy_id, month_no, owner),
        (policy_id, month_no, parent), (policy_id, month_no, paid_in), (policy_id, month_no, product)
    )
)

select * from summed where member is not null
