with event as (
    select
        e.*,
        lower(e.is_all_day_event) in ('true', '1') as is_whole_day,
        regexp_replace(lower(e.status_c), '[^a-z]', '', 'g') as status_word,
        lower(e.is_recurrence2) in ('true', '1') or e.recurrence_activity_id is not null as repeats
    from raw_salesforce.events__latest as e
    -- every guest of a meeting has a copy of it, and a series one more row that never takes place
    where coalesce(lower(e.is_child), 'false') not in ('true', '1')
        and coalesce(lower(e.is_recurrence), 'false') not in ('true', '1')
)
select
    e._row_id,
    e._loaded_at,
    e.custom,
    e.id as source_record_id,
    coalesce(e.account_id, case when e.what_id like '001%' then e.what_id end) as company_id,
    case when e.owner_id like '005%' then e.owner_id end as organizer_id,
    coalesce(nullif(trim(e.subject), ''), e.type, '(no subject)') as title,
    coalesce(e.start_date_time, e.activity_date) as starts_at,
    -- one that takes whole days names its last day
    case
        when e.is_whole_day and try_cast(e.end_date_time as timestamptz) is not null
            then cast(try_cast(e.end_date_time as timestamptz) + interval 1 day as varchar)
        else e.end_date_time
    end as ends_at,
    coalesce(e.is_whole_day, false) as is_all_day,
    coalesce(e.recurrence2_pattern_time_zone, e.recurrence_time_zone_sid_key) as timezone,
    -- Salesforce itself knows no called-off meeting
    case
        when e.status_word in ('canceled', 'cancelled', 'nothold', 'notheld') then 'canceled'
        when e.status_word in ('held', 'done', 'completed') then 'done'
    end as pipeline_stage,
    lower(coalesce(e.type, e.event_subtype)) as appointment_type,
    e.description as agenda,
    e.outcome_c as outcome,
    e.next_actions_c as next_actions,
    case when e.location not like 'http%' then e.location end as location,
    case when e.location like 'http%' then e.location end as conference_url,
    coalesce(e.repeats, false) as is_recurring,
    e.recurrence_activity_id as series_id,
    e.created_date as created_at,
    coalesce(e.system_modstamp, e.last_modified_date) as updated_at,
    case
        when lower(e.is_deleted) in ('true', '1')
            then coalesce(e.system_modstamp, e.last_modified_date, cast(e._loaded_at as varchar))
    end as source_deleted_at
from event as e
