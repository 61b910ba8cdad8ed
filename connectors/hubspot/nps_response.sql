with answer as (
    select
        f.*,
        coalesce(
            f.hs_contact_id, split_part(f.associated_contact_ids, ';', 1),
            try_cast(f.associations as json) ->> '$.contacts.results[0].id'
        ) as answered_by,
        coalesce(f.hs_submission_timestamp, f.hs_createdate, f.createdate, f.created_at) as given
    from raw_hubspot.feedback_submissions__latest as f
    -- satisfaction and effort surveys have other scales; a survey of one's own may ask the standard question too
    where regexp_matches(lower(f.hs_survey_type), '\bnps\b|net promoter|loyalty')
        or upper(f.hs_industry_standard_question_type) = 'NPS'
)
select
    a._row_id,
    a._loaded_at,
    a.custom,
    a.id as source_record_id,
    a.answered_by as contact_id,
    coalesce(
        split_part(a.associated_company_ids_primary, ';', 1), split_part(a.associated_company_ids, ';', 1),
        try_cast(a.associations as json) ->> '$.companies.results[0].id'
    ) as company_id,
    coalesce(lower(trim(a.hs_contact_email_rollup)), lower(trim(c.email)), a.answered_by) as respondent,
    a.hs_value as score,
    a.hs_content as comment,
    case when regexp_matches(a.given, '^\d{13}$') then epoch_ms(a.given::bigint)::varchar else a.given end
        as answered_at,
    a.hs_survey_name as campaign,
    a.created_at,
    a.updated_at,
    case when lower(a.archived) = 'true' then coalesce(a.archived_at, a.updated_at) end as source_deleted_at
from answer as a
left join raw_hubspot.contacts__latest as c on a.answered_by = c.id
