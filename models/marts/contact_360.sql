-- What interests them most at present.
with ranked as (
    select
        subject_id as contact_id, topic,
        row_number() over (partition by subject_id order by intensity desc, last_on desc, topic asc) as place
    from marts.interest
    where subject_type = 'contact' and intensity > 0 and topic <> '(all)'
),

topic as (
    select contact_id, string_agg(topic, ', ' order by place) as topics
    from ranked
    where place <= 3
    group by contact_id
)

select
    c.contact_id,
    c.name,
    f.email,
    f.phone,
    f.company_id,
    company.name as company_name,
    f.job_title,
    f.department,
    f.role_ended_on,
    c.decision_role,
    c.language,
    c.country,
    c.timezone,
    c.lifecycle_phase,
    c.lead_source,
    c.tags,
    c.owner_id,
    owner.name as owner_name,
    coalesce(e.preference, 'unknown') as email_preference,
    t.last_touch_at,
    t.last_touch_channel,
    coalesce(t.messages_in, 0) as messages_in,
    coalesce(t.messages_out, 0) as messages_out,
    coalesce(k.ticket_count, 0) as ticket_count,
    coalesce(k.open_count, 0) as open_ticket_count,
    g.stage,
    g.since_on as stage_since_on,
    g.furthest_stage,
    g.weeks_engaged,
    g.last_evidence_on as last_engaged_on,
    g.next_step,
    a.intensity as engagement,
    a.trend as engagement_trend,
    i.topics,
    n.last_score as nps_last_score,
    n.last_answered_at as nps_last_answered_at,
    f.sources,
    f.source_count,
    c.created_at,
    c.updated_at
from objects.contact as c
join intermediate.contact_facet as f on c.contact_id = f.contact_id
left join objects.company as company on f.company_id = company.company_id
left join objects.team_member as owner on c.owner_id = owner.team_member_id
left join intermediate.email_preference as e on c.contact_id = e.contact_id
left join intermediate.contact_touch as t on c.contact_id = t.contact_id
left join intermediate.contact_ticket as k on c.contact_id = k.contact_id
left join marts.contact_stage as g on c.contact_id = g.contact_id
left join marts.interest as a on c.contact_id = a.subject_id and a.subject_type = 'contact' and a.topic = '(all)'
left join topic as i on c.contact_id = i.contact_id
left join intermediate.contact_nps as n on c.contact_id = n.contact_id
