-- Every source's company and contact has one golden id, unless the contact is a team member.
with record as (
    select 'company' as object, source_key, false as is_ours from identity.company_record
    union all
    select 'contact' as object, source_key, is_ours from identity.contact_record
),

link as (
    select 'company' as object, source_key, company_id as golden_id from identity.company_link
    union all
    select 'contact' as object, source_key, contact_id as golden_id from identity.contact_link
)

select r.object, r.source_key, count(l.golden_id) as golden_ids
from record as r
left join link as l on r.object = l.object and r.source_key = l.source_key
group by r.object, r.source_key, r.is_ours
having count(l.golden_id) <> case when r.is_ours then 0 else 1 end
