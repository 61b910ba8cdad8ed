with named as (
    select
        _row_id, _loaded_at, coalesce(nullif(lower(trim(email)), ''), person_id) as respondent,
        nullif(lower(trim(email)), '') as email, nullif(trim(name), '') as name,
        null as first_name, null as last_name
    from raw_survey.responses__latest
    union all
    select
        _row_id, _loaded_at, nullif(lower(trim(email)), ''), nullif(lower(trim(email)), ''),
        coalesce(nullif(trim(name), ''), nullif(trim(concat_ws(' ', first_name, last_name)), '')),
        first_name, last_name
    from raw_survey.typeform_responses__latest
    union all
    select
        _row_id, _loaded_at, coalesce(nullif(lower(trim(recipient_email)), ''), external_reference),
        nullif(lower(trim(recipient_email)), ''),
        nullif(trim(concat_ws(' ', recipient_first_name, recipient_last_name)), ''),
        recipient_first_name, recipient_last_name
    from raw_survey.qualtrics_responses__latest
    where starts_with(response_id, 'R_')
    union all
    select
        _row_id, _loaded_at, coalesce(nullif(lower(trim(email)), ''), person_id), nullif(lower(trim(email)), ''),
        nullif(trim(name), ''), null, null
    from raw_survey.answers__latest
)

select
    _row_id,
    _loaded_at,
    respondent as source_record_id,
    coalesce(name, email, respondent) as name,
    first_name,
    last_name
from named
where respondent is not null
-- one person answers many times: the latest delivery that names the person counts
qualify row_number() over (
    partition by respondent order by case when name is null then 1 else 0 end, _loaded_at desc, _row_id desc
) = 1
