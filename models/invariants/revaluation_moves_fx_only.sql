-- Where a company pays the same in each of its currencies as a month before, nothing but exchange rates moves its MRR.
with changed as (
    select distinct policy_id, company_id, month
    from marts.mrr_movement
    where new + reactivation + expansion + contraction + churn <> 0
)

select c.*
from marts.company_month as c
left join changed as x on c.policy_id = x.policy_id and c.company_id = x.company_id and c.month = x.month
where x.company_id is null
    and (
        c.movement <> 'none'
        or c.new <> 0 or c.reactivation <> 0 or c.expansion <> 0 or c.contraction <> 0 or c.churn <> 0
    )
