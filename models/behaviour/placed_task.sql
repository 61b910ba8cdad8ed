-- Tasks as sent, with their main company from what they are about: of people the one of the day they were done, or now.
with linked as (
    select
        l.task_id,
        coalesce(l.company_id, j.company_id) as company_id,
        row_number() over (partition by l.task_id order by l.company_id is null, l.task_link_id) as preference
    from sourced.task_link as l
    join sourced.task as s on l.task_id = s.task_id
    cross join meta.run as r
    left join behaviour.company_then as j
        on l.contact_id = j.contact_id
        and coalesce(s.completed_at, r.as_of) >= j.from_on
        and coalesce(s.completed_at, r.as_of) < j.to_on
    where coalesce(l.company_id, j.company_id) is not null and l.source_deleted_at is null
)

select
    s.* exclude (company_id),
    coalesce(s.company_id, l.company_id, o.company_id, t.company_id, v.company_id) as company_id
from sourced.task as s
left join linked as l on s.task_id = l.task_id and l.preference = 1
left join objects.opportunity as o on s.opportunity_id = o.opportunity_id
left join objects.ticket as t on s.ticket_id = t.ticket_id
left join objects.service as v on s.service_id = v.service_id
