with address as (
    select _row_id, _loaded_at, lower(trim(email)) as email from raw_survey.delighted_responses__latest
    union all
    select _row_id, _loaded_at, lower(trim(email)) from raw_survey.delighted_answers__latest
    union all
    select _row_id, _loaded_at, lower(trim(email)) from raw_survey.typeform_responses__latest
    union all
    select _row_id, _loaded_at, lower(trim(recipient_email)) from raw_survey.qualtrics_responses__latest
    where
        starts_with(response_id, 'R_')
        and coalesce(lower(status), '') not in ('survey preview', 'survey test', 'spam', '1', '2', '8')
    union all
    select _row_id, _loaded_at, lower(trim(email)) from raw_survey.answers__latest
)

select
    max(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    email || ':' || email as source_record_id,
    email as contact_id,
    email as address,
    true as is_primary
from address
where email <> ''
group by email
