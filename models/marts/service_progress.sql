with judged as (
    select
        s.service_id, s.company_id, s.delivery_owner_id, s.name, s.service_type, s.health, s.starts_on, s.due_on,
        s.completed_on,
        n.* exclude (service_id),
        case
            when n.status <> 'active' then n.status
            when n.days_late > 0 then 'late'
            when s.health <> 'on_track' then s.health
            when s.starts_on > r.as_of_on then 'planned'
            else 'on_track'
        end as state
    from intermediate.service_standing as n
    join objects.service as s on n.service_id = s.service_id
    cross join meta.run as r
),

worded as (
    select
        j.*,
        case
            when j.deliverable_count > 0 then j.delivered_count || ' of ' || j.deliverable_count || ' delivered'
            when j.milestone_count > 0 then j.reached_count || ' of ' || j.milestone_count || ' milestones reached'
            else 'nothing to hand over'
        end as done_words,
        case j.state
            when 'complete' then 'complete' || coalesce(' since ' || strftime(j.completed_on, '%-d %b %Y'), '')
            when 'planned' then 'starts on ' || strftime(j.starts_on, '%-d %b %Y')
            when 'late' then j.days_late || case when j.days_late = 1 then ' day late' else ' days late' end
                || case when j.health <> 'on_track' then ', ' || replace(j.health, '_', ' ') else '' end
            else replace(j.state, '_', ' ')
        end as state_words,
        case
            when j.last_session_at is not null then ', last session on ' || strftime(j.last_session_at, '%-d %b %Y')
            when j.status = 'active' and j.state <> 'planned' then ', no session yet'
            else ''
        end as session_words
    from judged as j
)

select
    w.* exclude (done_words, state_words, session_words),
    case when w.status = 'active' then w.state in ('on_track', 'planned') end as is_on_track,
    w.done_words || ', ' || coalesce(w.state_words, w.state) || w.session_words
    || coalesce(', next on ' || strftime(w.next_session_at, '%-d %b %Y'), '') as sentence
from worded as w
