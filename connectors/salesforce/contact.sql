with owner_name as (
    -- reports name the owner instead of giving the id; a name that two users share says nothing
    select lower(trim(coalesce(u.name, concat_ws(' ', u.first_name, u.last_name)))) as name, min(u.id) as id
    from raw_salesforce.users__latest as u
    group by all
    having count(*) = 1
),
part as (
    select
        r.contact_id, coalesce(r.system_modstamp, r.created_date) as said_at,
        regexp_replace(lower(r.role), '[^a-z]', '', 'g') as word
    from raw_salesforce.opportunity_contact_roles__latest as r
    where coalesce(lower(r.is_deleted), 'false') not in ('true', '1')
),
decision as (
    select
        p.contact_id, p.said_at,
        case
            when p.word in ('decisionmaker', 'economicbuyer', 'economicdecisionmaker', 'executivesponsor')
                then 'economic_buyer'
            when p.word in ('technicalbuyer', 'evaluator') then 'technical_buyer'
            when p.word in ('businessuser', 'enduser', 'user') then 'user'
            when p.word in ('champion', 'influencer', 'blocker') then p.word
        end as decision_role
    from part as p
),
latest_decision as (
    -- the part played in the newest deal counts; other parts (reseller, other) say nothing of deciding
    select d.contact_id, d.decision_role
    from decision as d
    where d.decision_role is not null
    qualify row_number() over (partition by d.contact_id order by d.said_at desc nulls last, d.decision_role asc) = 1
),
person as (
    select
        c._row_id, c._loaded_at, cast(c.custom as varchar) as custom, c.id, c.name, c.first_name, c.last_name, c.email,
        coalesce(upper(c.mailing_country_code), c.mailing_country) as country, null as lifecycle_phase, c.lead_source,
        c.owner_id, c.reports_to_id, c.external_id_c, c.master_record_id as leads_to, c.created_date,
        coalesce(c.system_modstamp, c.last_modified_date) as changed, c.is_deleted, null as gone
    from raw_salesforce.contacts__latest as c
    union all
    -- a converted lead lives on in its contact: it only leads there, so that what names the lead still arrives
    select
        l._row_id, l._loaded_at,
        cast(json_merge_patch(coalesce(l.custom, '{}'), json_object('company', l.company)) as varchar),
        l.id, l.name, l.first_name, l.last_name, l.email, coalesce(upper(l.country_code), l.country), l.status,
        l.lead_source, l.owner_id, null, l.external_id_c, coalesce(l.master_record_id, l.converted_contact_id),
        l.created_date,
        case when l.converted_contact_id is null then coalesce(l.system_modstamp, l.last_modified_date) end,
        l.is_deleted, case when c.id is not null then coalesce(l.converted_date, l.system_modstamp) end
    from raw_salesforce.leads__latest as l
    left join raw_salesforce.contacts__latest as c on l.converted_contact_id = c.id
)
select
    p._row_id,
    p._loaded_at,
    cast(p.custom as json) as custom,
    p.id as source_record_id,
    case
        when p.leads_to is not null then 'salesforce:' || p.leads_to
        when p.external_id_c like '%:%' then p.external_id_c
        else '*:' || p.external_id_c
    end as external_id,
    coalesce(nullif(trim(p.name), ''), nullif(concat_ws(' ', p.first_name, p.last_name), ''), lower(trim(p.email)))
        as name,
    p.first_name,
    p.last_name,
    p.country,
    p.lifecycle_phase,
    p.lead_source,
    d.decision_role,
    coalesce(o.id, case when p.owner_id not like '00G%' then p.owner_id end) as owner_id,
    p.reports_to_id,
    p.created_date as created_at,
    p.changed as updated_at,
    case when lower(p.is_deleted) in ('true', '1') then coalesce(p.changed, cast(p._loaded_at as varchar)) else p.gone
    end as source_deleted_at
from person as p
left join latest_decision as d on p.id = d.contact_id
left join owner_name as o on lower(trim(p.owner_id)) = o.name
