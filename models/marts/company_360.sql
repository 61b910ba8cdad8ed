-- The next renewal is that of the calendar; one that lies beyond its reach is told by the subscription alone.
with coming as (
    select company_id, min(renews_on) as renews_on
    from marts.renewal
    where status = 'open'
    group by company_id
),

delivered as (
    select
        company_id, count(*) filter (where status = 'active') as running_count,
        count(*) filter (where state = 'late') as late_count
    from marts.service_progress
    group by company_id
),

wished as (
    select company_id, count(*) as open_count
    from marts.expansion_ask
    where state in ('open', 'in_sales')
    group by company_id
)

select
    c.company_id, c.name, c.legal_name, f.domains, c.website, c.industry, c.employee_count, c.country, c.city,
    coalesce(c.segment, 'not stated') as segment,
    c.lifecycle_phase, c.lead_source, c.tags,
    s.customer_status, s.customer_since, s.customer_to,
    coalesce(r.renews_on, s.renewal_on) as renewal_on,
    c.parent_company_id,
    parent.name as parent_name,
    m.ultimate_parent_id, m.depth, m.descendant_count, m.is_in_parent_cycle,
    c.owner_id, owner.name as owner_name, c.co_owner_id as csm_id, csm.name as csm_name,
    m.currency, m.mrr, m.arr, m.mrr_total, m.arr_total,
    coalesce(i.overdue_amount, 0) as overdue_amount,
    coalesce(i.overdue_count, 0) as overdue_count,
    coalesce(i.overdue_days, 0) as overdue_days,
    coalesce(o.open_count, 0) as open_opportunity_count,
    coalesce(o.open_amount, 0) as open_pipeline_amount,
    coalesce(o.weighted_amount, 0) as weighted_pipeline_amount,
    h.score as health_score, h.band as health_band, h.coverage as health_coverage, h.reasons as health_reasons,
    c.csm_score, round(100 * cast(n.promoter_count - n.detractor_count as double) / n.response_count, 2) as nps_score,
    n.last_score as nps_last_score,
    coalesce(n.response_count, 0) as nps_response_count,
    e.probability as churn_probability,
    g.stage, g.since_on as stage_since_on, y.intensity as engagement, y.trend as engagement_trend,
    u.active_users, u.trend as usage_trend, u.licences_bought, u.licences_used, u.licence_use, u.last_used_at,
    coalesce(d.running_count, 0) as running_service_count, coalesce(d.late_count, 0) as late_service_count,
    coalesce(w.open_count, 0) as open_expansion_ask_count,
    k.good_count / nullif(cast(k.good_count + k.bad_count as double), 0) as csat,
    coalesce(k.good_count + k.bad_count, 0) as csat_count,
    k.easy_count / nullif(cast(k.effort_count as double), 0) as ces, coalesce(k.effort_count, 0) as ces_count,
    coalesce(k.ticket_count, 0) as ticket_count,
    coalesce(k.open_count, 0) as open_ticket_count,
    coalesce(k.open_severe_count, 0) as open_severe_ticket_count,
    t.last_touch_at, t.last_touch_channel, t.last_touch_direction,
    f.contact_count, p.champion_names, f.sources, f.source_count,
    c.created_at, c.updated_at
from objects.company as c
join intermediate.company_status as s on c.company_id = s.company_id
join intermediate.company_total as m on c.company_id = m.company_id
join intermediate.company_facet as f on c.company_id = f.company_id
left join coming as r on c.company_id = r.company_id
left join objects.company as parent on c.parent_company_id = parent.company_id
left join objects.team_member as owner on c.owner_id = owner.team_member_id
left join objects.team_member as csm on c.co_owner_id = csm.team_member_id
left join intermediate.company_invoice as i on c.company_id = i.company_id
left join intermediate.company_pipeline as o on c.company_id = o.company_id
left join marts.health_score as h on c.company_id = h.company_id
left join marts.account_risk as e on c.company_id = e.company_id and e.kind = 'churn'
left join marts.company_stage as g on c.company_id = g.company_id
left join marts.company_usage as u on c.company_id = u.company_id
left join marts.interest as y on c.company_id = y.subject_id and y.subject_type = 'company' and y.topic = '(all)'
left join delivered as d on c.company_id = d.company_id
left join wished as w on c.company_id = w.company_id
left join intermediate.nps_current as n on c.company_id = n.company_id
left join intermediate.company_ticket as k on c.company_id = k.company_id
left join intermediate.company_touch as t on c.company_id = t.company_id
left join intermediate.company_champion as p on c.company_id = p.company_id
