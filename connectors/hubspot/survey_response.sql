with answer as (
    select
        f.*,
        coalesce(
            f.hs_contact_id, split_part(f.associated_contact_ids, ';', 1),
            try_cast(f.associations as json) ->> '$.contacts.results[0].id'
        ) as answered_by,
        coalesce(f.hs_submission_timestamp, f.hs_createdate, f.createdate, f.created_at) as given,
        coalesce(f.hs_survey_id, f.hs_survey_name, '') as survey,
        case when regexp_matches(f.hs_value, '^\d{1,3}(\.\d+)?$') then cast(f.hs_value as decimal(9, 3)) end as rating,
        case
            when regexp_matches(lower(f.hs_survey_type), '\bcsat\b|satisfaction') then 'csat'
            when regexp_matches(lower(f.hs_survey_type), '\bces\b|effort|customer support') then 'ces'
            -- a survey of one's own may ask a standard question
            when upper(f.hs_industry_standard_question_type) in ('CSAT', 'CES')
                then lower(f.hs_industry_standard_question_type)
        end as survey_type
    from raw_hubspot.feedback_submissions__latest as f
),
scaled as (
    -- HubSpot never says the scale: unhappy, neutral, happy are 0, 1, 2, and effort is 1 to 7, unless one answer of the
    -- same survey lies above that
    select a.*, max(a.rating) over (partition by a.survey_type, a.survey) as highest
    from answer as a
    where a.survey_type is not null
)
select
    a._row_id,
    a._loaded_at,
    a.custom,
    a.id as source_record_id,
    a.survey_type,
    a.answered_by as contact_id,
    coalesce(
        split_part(a.associated_company_ids_primary, ';', 1), split_part(a.associated_company_ids, ';', 1),
        try_cast(a.associations as json) ->> '$.companies.results[0].id'
    ) as company_id,
    coalesce(lower(trim(a.hs_contact_email_rollup)), lower(trim(c.email)), a.answered_by) as respondent,
    coalesce(
        split_part(a.associated_ticket_ids, ';', 1), try_cast(a.associations as json) ->> '$.tickets.results[0].id'
    ) as ticket_id,
    a.hs_value as score,
    case when a.survey_type = 'csat' and coalesce(a.highest, 0) <= 2 then 0 else 1 end as scale_min,
    case
        when a.survey_type = 'csat' and coalesce(a.highest, 0) <= 2 then 2
        when a.survey_type = 'csat' and a.highest <= 5 then 5
        when coalesce(a.highest, 0) <= 7 then 7
        else 10
    end as scale_max,
    a.hs_content as comment,
    case when regexp_matches(a.given, '^\d{13}$') then epoch_ms(a.given::bigint)::varchar else a.given end
        as answered_at,
    a.hs_survey_name as campaign,
    a.created_at,
    a.updated_at,
    case when lower(a.archived) = 'true' then coalesce(a.archived_at, a.updated_at) end as source_deleted_at
from scaled as a
left join raw_hubspot.contacts__latest as c on a.answered_by = c.id
