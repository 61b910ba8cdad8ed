-- Fills the company from the people who were asked, and where an appointment stands from its times.
with outside as (
    select
        a.appointment_id,
        coalesce(d.company_id, j.company_id) as company_id,
        row_number() over (
            partition by a.appointment_id
            order by coalesce(a.is_organizer, false) desc, a.response = 'declined', a.appointment_attendee_id
        ) as preference
    from objects.appointment_attendee as a
    join sourced as s on a.appointment_id = s.appointment_id
    join behaviour.company_then as j
        on a.contact_id = j.contact_id and s.starts_at >= j.from_on and s.starts_at < j.to_on
    left join behaviour.address_company as d
        on a.contact_id = d.contact_id and split_part(lower(a.address), '@', 2) = d.domain
    where a.source_deleted_at is null
)

select
    s.* exclude (company_id, organizer_id, pipeline_stage),
    coalesce(s.company_id, o.company_id) as company_id,
    coalesce(s.organizer_id, h.team_member_id) as organizer_id,
    case
        when s.pipeline_stage is not null then s.pipeline_stage
        when s.starts_at > r.as_of then 'preparation'
        when coalesce(s.ends_at, s.starts_at) >= r.as_of then 'execution'
        else 'done'
    end as pipeline_stage
from sourced as s
cross join meta.run as r
left join outside as o on s.appointment_id = o.appointment_id and o.preference = 1
left join (
    select appointment_id, min(team_member_id) as team_member_id
    from objects.appointment_attendee
    where is_organizer and team_member_id is not null
    group by appointment_id
) as h on s.appointment_id = h.appointment_id
