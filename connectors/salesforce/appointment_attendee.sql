with event as (
    select e.*
    from raw_salesforce.events__latest as e
    where coalesce(lower(e.is_child), 'false') not in ('true', '1')
        and coalesce(lower(e.is_recurrence), 'false') not in ('true', '1')
),
present as (
    select
        e._row_id, e._loaded_at, e.id as event_id, e.owner_id as person_id, 'accepted' as response,
        true as is_organizer, e.is_deleted, e.system_modstamp, 1 as place
    from event as e
    union all
    select
        e._row_id, e._loaded_at, e.id, r.relation_id,
        case lower(r.status)
            when 'accepted' then 'accepted' when 'declined' then 'declined' when 'new' then 'none'
            when 'uninvited' then 'none' when 'maybe' then 'tentative' else lower(r.status)
        end,
        lower(r.is_organizer) in ('true', '1'), r.is_deleted, r.system_modstamp, 2
    from raw_salesforce.event_relations__latest as r
    join event as e on r.event_id = e.id
    union all
    select e._row_id, e._loaded_at, e.id, e.who_id, 'none', false, e.is_deleted, e.system_modstamp, 3 from event as e
)
select
    p._row_id,
    p._loaded_at,
    p.event_id || ':' || p.person_id as source_record_id,
    p.event_id as appointment_id,
    case when p.person_id not like '005%' then p.person_id end as contact_id,
    case when p.person_id like '005%' then p.person_id end as team_member_id,
    p.response,
    coalesce(p.is_organizer, false) as is_organizer,
    p.system_modstamp as updated_at,
    case
        when lower(p.is_deleted) in ('true', '1') then coalesce(p.system_modstamp, cast(p._loaded_at as varchar))
    end as source_deleted_at
from present as p
-- rooms and what the meeting is about are no people
where substr(p.person_id, 1, 3) in ('003', '00Q', '005')
qualify row_number() over (partition by p.event_id, p.person_id order by p.place, p._row_id) = 1
