-- One appointment per occurrence.
-- An event's newest version counts, by SEQUENCE, then by time of change, whatever file it came in; so does that of each
-- changed occurrence. The same steps stand in appointment_attendee.sql.
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
        p.event_key, p.occurrence_key, coalesce(c.is_off, false) as is_off,
        -- an occurrence taken out keeps the series' words and people where what takes it out has none
        case when coalesce(c.is_off, true) then p._row_id else c._row_id end as content_id,
        case when coalesce(c.is_off, true) then p.starts_at else c.starts_at end as starts_at,
        case when coalesce(c.is_off, true) then p.ends_at else c.ends_at end as ends_at
    from planned as p
    left join changed as c on p.event_key = c.event_key and p.occurrence_key = c.occurrence_key
    union all
    select event_key, occurrence_key, false as is_off, _row_id as content_id, starts_at, ends_at from added
),

called_off as (
    select event_key, instance, max(age) as age from version
    where method = 'CANCEL'
    group by event_key, instance
)

select
    e._row_id,
    e._loaded_at,
    e.event_key || case when e.is_recurring = 'true' then ':' || p.occurrence_key else '' end as source_record_id,
    case when e.is_recurring = 'true' then e.event_key end as series_id,
    e.is_recurring,
    -- what its owner marked as private tells that there is something, not what
    case when e.classification is null then coalesce(e.summary, '(no title)') else '(private)' end as title,
    case when e.classification is null then e.agenda end as agenda,
    case when e.classification is null then e.location end as location,
    case when e.classification is null then e.conference_url end as conference_url,
    case when e.classification is null then e.categories end as appointment_type,
    case when e.classification is null then e.organizer end as organizer_id,
    case when e.classification is null then e.others end as custom,
    p.starts_at,
    p.ends_at,
    e.is_all_day,
    e.timezone,
    case when p.is_off or e.status = 'CANCELLED' or w.age >= e.age or o.age >= e.age then 'canceled' end as pipeline_stage,
    e.created_at,
    e.modified_at as updated_at
from placed as p
inner join stated as e on p.content_id = e._row_id
left join called_off as w on p.event_key = w.event_key and w.instance = 'all'
left join called_off as o on p.event_key = o.event_key and p.occurrence_key = o.instance
