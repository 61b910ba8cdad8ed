with seen as (
    select _row_id, _loaded_at, lower(trim(email)) as email, person_id as person, name, responded_at as seen_at
    from raw_survey.delighted_responses__latest
    union all
    select _row_id, _loaded_at, lower(trim(email)), person_id, name, responded_at
    from raw_survey.delighted_answers__latest
    union all
    select
        _row_id, _loaded_at, lower(trim(email)), null, coalesce(name, concat_ws(' ', first_name, last_name)),
        coalesce(submit_date_utc, stage_date_utc)
    from raw_survey.typeform_responses__latest
    union all
    select
        _row_id, _loaded_at, lower(trim(recipient_email)), external_reference,
        concat_ws(' ', recipient_first_name, recipient_last_name), recorded_date
    from raw_survey.qualtrics_responses__latest
    where
        starts_with(response_id, 'R_')
        and coalesce(lower(status), '') not in ('survey preview', 'survey test', 'spam', '1', '2', '8')
    union all
    select _row_id, _loaded_at, lower(trim(email)), null, name, answered_at
    from raw_survey.answers__latest
),

person as (
    select
        _row_id, _loaded_at, coalesce(nullif(email, ''), person) as id, nullif(email, '') as email,
        nullif(trim(name), '') as name, seen_at
    from seen
)

select
    _row_id,
    _loaded_at,
    id as source_record_id,
    coalesce(name, email, id) as name
from person
where id is not null
-- a person answers many times: the latest answer that has a name gives it
qualify row_number() over (
    partition by id
    order by case when name is null then 1 else 0 end, _loaded_at desc, seen_at desc, _row_id desc
) = 1
