-- What is open with an account and what was said, one row per thing: promises, tasks, tickets, opportunities, the last
-- and the next touch of each channel, what our people noted, what is being delivered. `rank_no` puts them in order.
select
    a.company_id, 'promise' as section, date_diff('day', cast(a.starts_at as date), r.as_of_on) as rank_no,
    'Agreed on ' || strftime(a.starts_at, '%-d %b %Y') || ' (' || a.title || '): ' || a.next_actions as sentence,
    'appointment' as object, a.appointment_id as object_id
from objects.appointment as a
cross join meta.run as r
cross join policy.portfolio as p
where a.next_actions is not null and coalesce(a.pipeline_stage, 'done') <> 'canceled' and a.source_deleted_at is null
    and a.starts_at <= r.as_of and date_diff('day', cast(a.starts_at as date), r.as_of_on) <= p.handover_days
union all
select
    company_id, 'task' as section, coalesce(date_diff('day', date '2000-01-01', due_on), 100000) as rank_no,
    case kind when 'email' then 'E-mail to send: ' else '' end || description
    || coalesce('; due on ' || strftime(due_on, '%-d %b %Y'), '')
    || case when days_late = 1 then ', 1 day late' when days_late > 1 then ', ' || days_late || ' days late' else '' end
    || '; ' || coalesce(owner_name, owner_group, 'nobody') || ' is to do it.' as sentence,
    case kind when 'email' then 'workflow_email' else 'task' end as object, work_id as object_id
from marts.work_due
where company_id is not null
union all
select
    t.company_id, 'ticket' as section, date_diff('day', date '2000-01-01', cast(t.opened_at as date)) as rank_no,
    t.subject || coalesce(' (' || t.priority || ')', '') || '; ' || t.status || ', since '
    || strftime(t.opened_at, '%-d %b %Y')
    || case when bool_or(coalesce(s.state = 'overdue', false)) then '; what we promised is overdue' else '' end
    || '.' as sentence,
    'ticket' as object, t.ticket_id as object_id
from objects.ticket as t
cross join meta.run as r
left join marts.ticket_sla as s on t.ticket_id = s.ticket_id
where t.status not in ('solved', 'closed') and t.source_deleted_at is null and t.opened_at <= r.as_of
group by t.company_id, t.ticket_id, t.subject, t.priority, t.status, t.opened_at
union all
select
    company_id, 'opportunity' as section,
    coalesce(date_diff('day', date '2000-01-01', expected_close_on), 100000) as rank_no,
    title || '; ' || stage
    || coalesce(', ' || format('{:,.2f}', cast(round(amount, 2) as double)) || coalesce(' ' || currency, ''), '')
    || coalesce(', expected on ' || strftime(expected_close_on, '%-d %b %Y'), '') || '.'
    || coalesce(' Next: ' || next_steps, '') as sentence,
    'opportunity' as object, opportunity_id as object_id
from objects.opportunity
where status = 'open' and source_deleted_at is null
union all
select
    t.subject_id as company_id, 'touch' as section,
    coalesce(date_diff('day', cast(t.last_at as date), r.as_of_on), 100000) as rank_no,
    upper(substring(t.channel, 1, 1)) || substring(t.channel, 2)
    || coalesce(': last on ' || strftime(t.last_at, '%-d %b %Y'), ': none yet')
    || case t.last_direction when 'in' then ' from them' when 'out' then ' from us' else '' end
    || coalesce('; next on ' || strftime(t.next_at, '%-d %b %Y'), '') || '.' as sentence,
    coalesce(t.last_object, t.next_object) as object, coalesce(t.last_object_id, t.next_object_id) as object_id
from marts.touch_channel as t
cross join meta.run as r
where t.subject_type = 'company'
union all
select
    n.company_id, 'note' as section,
    case when n.is_pinned then -100000 else 0 end + date_diff('day', cast(n.noted_at as date), r.as_of_on) as rank_no,
    case when n.is_pinned then 'Kept on top, ' else '' end || strftime(n.noted_at, '%-d %b %Y')
    || coalesce(', ' || m.name, '') || ': ' || coalesce(n.title || ' - ', '')
    || trim(regexp_replace(
        regexp_replace(substring(n.body, 1, 500), '([^.!?:;,\s])\s*\n\s*(\p{Lu})', '\1. \2', 'g'), '\s+', ' ', 'g'
    ))
    || case when length(n.body) > 500 then ' ...' else '' end as sentence,
    'note' as object, n.note_id as object_id
from objects.note as n
cross join meta.run as r
cross join policy.portfolio as p
left join objects.team_member as m on n.author_id = m.team_member_id
where n.company_id is not null and n.source_deleted_at is null and n.noted_at <= r.as_of
    and (n.is_pinned or date_diff('day', cast(n.noted_at as date), r.as_of_on) <= p.handover_days)
union all
select
    company_id, 'delivery' as section, case when is_on_track then 1 else 0 end as rank_no,
    name || ': ' || sentence || '.' as sentence, 'service' as object, service_id as object_id
from marts.service_progress
where status <> 'complete' and company_id is not null
