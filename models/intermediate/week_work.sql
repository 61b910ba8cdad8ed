-- What happened beside money, one row per thing: tickets and promises about them, NPS answers, things handed over,
-- champions who left. `tone` is 1 for a good answer, -1 for a bad one.
select
    company_id, cast(opened_at as date) as happened_on, 'ticket_opened' as kind, 'ticket' as object,
    ticket_id as object_id, ' ' || subject || coalesce(' (' || priority || ')', '') || '.' as words, 0 as tone
from objects.ticket
where source_deleted_at is null
union all
select
    t.company_id, cast(s.starts_at as date) as happened_on, 'ticket_solved' as kind, 'ticket' as object,
    s.ticket_id || '/' || cast(s.change_no as varchar) as object_id, ' ' || t.subject || '.' as words, 0 as tone
from intermediate.ticket_status as s
join objects.ticket as t on s.ticket_id = t.ticket_id
where s.is_solved and not s.was_solved and t.source_deleted_at is null
union all
select
    s.company_id, cast(coalesce(s.due_at, s.ended_at) as date) as happened_on, 'sla_missed' as kind, 'ticket' as object,
    s.ticket_id || '/' || s.measure as object_id,
    ' ' || t.subject || ' (' || replace(s.measure, '_', ' ') || ').' as words, 0 as tone
from marts.ticket_sla as s
join objects.ticket as t on s.ticket_id = t.ticket_id
where s.state in ('missed', 'overdue')
union all
select
    a.company_id, cast(a.answered_at as date) as happened_on, 'nps' as kind, 'nps_response' as object,
    a.nps_response_id as object_id,
    ' ' || coalesce(c.name, 'Somebody') || ' gave ' || a.score || ' of 10' || coalesce(': ' || n.comment, '.') as words,
    a.promoter_count - a.detractor_count as tone
from marts.nps_answer as a
join objects.nps_response as n on a.nps_response_id = n.nps_response_id
left join objects.contact as c on a.contact_id = c.contact_id
union all
select
    s.company_id, d.delivered_on as happened_on, 'delivered' as kind, 'deliverable' as object,
    d.deliverable_id as object_id, ' ' || s.name || ': ' || d.name || '.' as words, 0 as tone
from objects.deliverable as d
join objects.service as s on d.service_id = s.service_id
where d.source_deleted_at is null
union all
select
    coalesce(s.company_id, p.company_id) as company_id, m.reached_on as happened_on, 'reached' as kind,
    'milestone' as object, m.milestone_id as object_id, ' ' || m.name || '.' as words, 0 as tone
from objects.milestone as m
left join objects.service as s on m.service_id = s.service_id
left join objects.project as p on m.project_id = p.project_id
where m.source_deleted_at is null
union all
select
    from_company_id as company_id, changed_on as happened_on, 'champion_left' as kind, 'contact' as object,
    contact_id as object_id,
    ' ' || contact_name || coalesce(' went to ' || to_company_name, '') || '.' as words, 0 as tone
from marts.job_change
where was_champion and has_left
