-- One row per appointment and address asked; rooms are no people.
-- An event's newest version counts, by SEQUENCE, then by time of change, whatever file it came in; so does that of each
-- changed occurrence. The same steps stand in appointment.sql.
with version as (
    -- `age` is text that sorts by SEQUENCE, then by time
    select e.*, e.sequence || coalesce(e.modified_at, '') as age
    from raw_calendar.events__latest as e
),

stated as (
    select * from version
    where method in ('PUBLISH', 'REQUEST', 'ADD')
    qualify row_number() over (
        partition by event_key, instance order by age desc, coalesce(expanded_to, '') desc, revision desc
    ) = 1
),

planned as (
    select
        s.event_key, s._row_id, o.occurrence ->> '$.key' as occurrence_key, o.occurrence ->> '$.on' as occurs_on,
        o.occurrence ->> '$.starts' as starts_at, o.occurrence ->> '$.ends' as ends_at
    from stated as s, unnest(cast(s.occurrences as json[])) as o (occurrence)
    where s.instance = 'all'
),

-- a change names its occurrence by the instant or, where one of the two is a date, by the day
changed as (
    select
        p.event_key, p.occurrence_key, c._row_id, c.starts_at, c.ends_at, c.instance,
        coalesce(c.status, '') = 'CANCELLED' and c.attendees = '[]' as is_off
    from planned as p
    inner join stated as c
        on p.event_key = c.event_key
        and (
            p.occurrence_key = c.instance
            or (length(p.occurrence_key) <> length(c.instance) and p.occurs_on = c.instance_on)
        )
    qualify row_number() over (partition by p.event_key, p.occurrence_key order by c.age desc, c._row_id asc) = 1
),

-- a change of an occurrence that the series no longer has is of an older series, or of one that was taken out
added as (
    select c.event_key, c.instance as occurrence_key, c._row_id, c.starts_at, c.ends_at
    from stated as c
    left join changed as m on c.event_key = m.event_key and c.instance = m.instance
    left join stated as s on c.event_key = s.event_key and s.instance = 'all'
    where
        c.instance <> 'all' and m.event_key is null
        and (
            s.event_key is null
            or (c.sequence >= s.sequence and not contains(s.excepted, '"' || c.instance || '"'))
        )
),

placed as (
    select
        p.event_key, p.occurrence_key,
        case when coalesce(c.is_off, true) then p._row_id else c._row_id end as content_id
    from planned as p
    left join changed as c on p.event_key = c.event_key and p.occurrence_key = c.occurrence_key
    union all
    select event_key, occurrence_key, _row_id from added
),

answered as (
    select v.event_key, v.instance, v.age, a.person ->> '$.address' as address, a.person ->> '$.response' as response
    from version as v, unnest(cast(v.attendees as json[])) as a (person)
    where v.method = 'REPLY' and a.person ->> '$.is_organizer' = 'false'
),

asked as (
    select
        e._row_id, e._loaded_at, e.event_key, e.age, p.occurrence_key,
        e.event_key || case when e.is_recurring = 'true' then ':' || p.occurrence_key else '' end as appointment_id,
        a.person ->> '$.address' as address, a.person ->> '$.response' as response,
        a.person ->> '$.is_organizer' as is_organizer, a.person ->> '$.is_optional' as is_optional
    from placed as p
    inner join stated as e on p.content_id = e._row_id, unnest(cast(e.attendees as json[])) as a (person)
    where
        e.classification is null and a.person ->> '$.kind' <> 'room' and a.person ->> '$.address' is not null
)

select
    a._row_id,
    a._loaded_at,
    a.appointment_id || ':' || a.address as source_record_id,
    a.appointment_id,
    a.address as contact_id,
    a.address as team_member_id,
    a.address,
    coalesce(r.response, a.response) as response,
    a.is_organizer,
    a.is_optional
from asked as a
-- an answer sent after this version was made, to the series or to the one occurrence
left join answered as r
    on a.event_key = r.event_key and a.address = r.address and r.instance in ('all', a.occurrence_key) and a.age < r.age
qualify row_number() over (
    partition by a.appointment_id, a.address order by r.age desc nulls last, r.instance desc
) = 1
