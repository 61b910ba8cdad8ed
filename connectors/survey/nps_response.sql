with delighted as (
    select
        _row_id, _loaded_at, custom, response_id as source_record_id, lower(trim(email)) as email,
        person_id as person, score, comment, survey_sent_at as sent_at, responded_at as answered_at, updated_at,
        campaign, segment
    from raw_survey.delighted_responses__latest
    -- satisfaction and effort surveys have other scales
    where coalesce(lower(survey_type), 'nps') = 'nps'
    union all
    select
        _row_id, _loaded_at, custom, person_id || ':' || responded_at, lower(trim(email)), person_id, score, comment,
        survey_sent_at, responded_at, updated_at, campaign, segment
    from raw_survey.delighted_answers__latest
    where coalesce(lower(survey_type), 'nps') = 'nps'
),

typeform as (
    select
        _row_id, _loaded_at, custom, response_id, lower(trim(email)), null, score, comment, null,
        coalesce(submit_date_utc, stage_date_utc), null, campaign, segment
    from raw_survey.typeform_responses__latest
    where score is not null
),

-- the third header row says in which time zone the times are
zone as (
    select max(nullif(try_cast(end_date as json) ->> '$.timeZone', '')) as name
    from raw_survey.qualtrics_responses__latest
    where response_id like '{"ImportId"%'
),

-- the score's column is named as its question, known by the second column beside it: Q1 and Q1_NPS_GROUP
scored as (
    select r._row_id, max(r.custom ->> ('$.' || left(k.name, length(k.name) - 10))) as score
    from raw_survey.qualtrics_responses__latest as r, unnest(json_keys(r.custom)) as k (name)
    where right(k.name, 10) = '_nps_group'
    group by r._row_id
),

qualtrics as (
    select
        r._row_id, r._loaded_at, r.custom, r.response_id, lower(trim(r.recipient_email)), r.external_reference,
        s.score, r.comment, null,
        r.end_date || case when regexp_matches(r.end_date, '^\d{4}-\d\d-\d\d ') then coalesce(' ' || z.name, '') else '' end,
        null, r.campaign, r.segment
    from raw_survey.qualtrics_responses__latest as r
    inner join scored as s on r._row_id = s._row_id
    cross join zone as z
    where
        starts_with(r.response_id, 'R_')
        and coalesce(lower(r.status), '') not in ('survey preview', 'survey test', 'spam', '1', '2', '8')
),

plain as (
    select
        _row_id, _loaded_at, custom, lower(trim(email)) || ':' || answered_at, lower(trim(email)), null, score,
        comment, null, answered_at, null, campaign, segment
    from raw_survey.answers__latest
    where coalesce(lower(survey_type), 'nps') = 'nps'
    qualify row_number() over (
        partition by lower(trim(email)), answered_at order by _loaded_at desc, _row_id desc
    ) = 1
),

answer as (
    select * from delighted
    union all
    select * from typeform
    union all
    select * from qualtrics
    union all
    select * from plain
)

select
    _row_id,
    _loaded_at,
    custom,
    source_record_id,
    coalesce(nullif(email, ''), person) as contact_id,
    -- who is not known counts as somebody new each time
    coalesce(nullif(email, ''), person, source_record_id) as respondent,
    score,
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
    campaign,
    segment
from answer
where score is not null
