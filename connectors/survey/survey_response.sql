-- Delighted asks satisfaction and effort from 1 to 5; a plain list says its scale.
with answer as (
    select
        _row_id, _loaded_at, custom, response_id as source_record_id, lower(survey_type) as survey_type,
        lower(trim(email)) as email, person_id as person, score, '1' as scale_min, '5' as scale_max, comment,
        survey_sent_at as sent_at, responded_at as answered_at, updated_at, campaign
    from raw_survey.delighted_responses__latest
    where lower(survey_type) in ('csat', 'ces')
    union all
    select
        _row_id, _loaded_at, custom, person_id || ':' || responded_at, lower(survey_type), lower(trim(email)), person_id,
        score, '1', '5', comment, survey_sent_at, responded_at, updated_at, campaign
    from raw_survey.delighted_answers__latest
    where lower(survey_type) in ('csat', 'ces')
    union all
    select
        _row_id, _loaded_at, custom, lower(trim(email)) || ':' || lower(survey_type) || ':' || answered_at,
        lower(survey_type), lower(trim(email)), null, score, scale_min, scale_max, comment, sent_at, answered_at, null,
        campaign
    from raw_survey.answers__latest
    where lower(survey_type) <> 'nps'
    qualify row_number() over (
        partition by lower(trim(email)), lower(survey_type), answered_at order by _loaded_at desc, _row_id desc
    ) = 1
)

select
    _row_id,
    _loaded_at,
    custom,
    source_record_id,
    survey_type,
    coalesce(nullif(email, ''), person) as contact_id,
    coalesce(nullif(email, ''), person, source_record_id) as respondent,
    score,
    scale_min,
    scale_max,
    comment,
    case when regexp_matches(sent_at, '^\d{9,10}$') then to_timestamp(sent_at::bigint)::varchar else sent_at end
        as sent_at,
    case
        when regexp_matches(answered_at, '^\d{9,10}$') then to_timestamp(answered_at::bigint)::varchar
        else answered_at
    end as answered_at,
    case
        when regexp_matches(updated_at, '^\d{9,10}$') then to_timestamp(updated_at::bigint)::varchar
        else updated_at
    end as updated_at,
    campaign
from answer
where score is not null
