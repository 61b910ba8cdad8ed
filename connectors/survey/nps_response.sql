with delighted as (
    select
        _row_id, _loaded_at, custom, id as source_record_id,
        lower(trim(email)) as email, person_id as person, score, comment, sent_at,
        case when regexp_matches(created_at, '^[0-9]{9,11}$') then to_timestamp(created_at::bigint)::varchar
            else created_at end as answered_at,
        campaign, segment
    from raw_survey.responses__latest
    -- satisfaction and effort surveys have other scales
    where coalesce(lower(survey_type), 'nps') = 'nps'
),

typeform as (
    select
        _row_id, _loaded_at, custom, id, lower(trim(email)), null, score, comment, null, submitted_at, campaign,
        segment
    from raw_survey.typeform_responses__latest
    -- a started form that was never sent in is no answer
    where coalesce(lower(response_type), 'completed') = 'completed' and score is not null
),

-- the third header row says in which time zone the export is
zone as (
    select max(recorded_date ->> '$.timeZone') as name
    from raw_survey.qualtrics_responses__latest
    where response_id like '{"ImportId"%'
),

-- a column named for its question ("Q1") is the score when "Q1_NPS_GROUP" stands beside it
scored as (
    select q._row_id, max(q.custom ->> ('$.' || replace(k.name, '_nps_group', ''))) as score
    from raw_survey.qualtrics_responses__latest as q, unnest(json_keys(q.custom)) as k (name)
    where k.name like '%\_nps\_group' escape '\'
    group by q._row_id
),

qualtrics as (
    select
        q._row_id, q._loaded_at, q.custom, q.response_id, lower(trim(q.recipient_email)), q.external_reference,
        coalesce(q.score, s.score) as score, q.comment, null,
        q.recorded_date || coalesce(' ' || zone.name, '') as answered_at, q.campaign, q.segment
    from raw_survey.qualtrics_responses__latest as q
    cross join zone
    left join scored as s on q._row_id = s._row_id
    where
        starts_with(q.response_id, 'R_')
        and coalesce(lower(q.status), '') not in ('survey preview', 'survey test', '1', '2')
        and coalesce(q.score, s.score) is not null
),

plain as (
    select
        _row_id, _loaded_at, custom, coalesce(lower(trim(email)), person_id, name) || ':' || answered_at as id,
        lower(trim(email)) as email, person_id, score, comment, sent_at, answered_at, campaign, segment
    from raw_survey.answers__latest
    -- without an id the person and the time are the answer; delivered twice, the later delivery counts
    qualify row_number() over (
        partition by coalesce(lower(trim(email)), person_id, name, _row_id), answered_at
        order by _loaded_at desc, _row_id desc
    ) = 1
),

answer as (
    select * from delighted
    union all
    select * from typeform
    union all
    select * from qualtrics
    union all
    select _row_id, _loaded_at, custom, coalesce(id, _row_id), email, person_id, score, comment, sent_at, answered_at,
        campaign, segment
    from plain
)

select
    _row_id,
    _loaded_at,
    custom,
    source_record_id,
    coalesce(nullif(email, ''), person) as contact_id,
    coalesce(nullif(email, ''), person) as respondent,
    score,
    comment,
    sent_at,
    answered_at,
    campaign,
    segment
from answer
