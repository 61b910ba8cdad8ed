-- What they wait for: open tickets with what the contract promises, those with broken promises and severe ones first.
with promised as (
    select
        ticket_id,
        min(due_at) filter (where state = 'overdue') as missed_at,
        min(due_at) filter (where state in ('running', 'at_risk')) as due_at,
        arg_min(measure, (due_at, measure)) filter (where state in ('running', 'at_risk')) as due_measure,
        arg_min(measure, (due_at, measure)) filter (where state = 'overdue') as missed_measure
    from marts.ticket_sla
    group by ticket_id
),

waiting as (
    select
        t.ticket_id, t.company_id, o.requester_id, o.subject, o.priority, t.opened_at, o.status, m.missed_at, m.due_at,
        m.due_measure, m.missed_measure, r.as_of_on, p.quote_length, p.list_lines,
        v.ticket_id is not null as is_severe
    from marts.ticket_times as t
    join objects.ticket as o on t.ticket_id = o.ticket_id
    cross join meta.run as r
    cross join policy.brief as p
    left join promised as m on t.ticket_id = m.ticket_id
    left join intermediate.severe_ticket as v on t.ticket_id = v.ticket_id
    where not t.is_solved and o.source_deleted_at is null
),

whose as (
    select 'company' as subject_type, company_id as subject_id, * from waiting where company_id is not null
    union all
    select 'contact' as subject_type, requester_id as subject_id, * from waiting where requester_id is not null
),

placed as (
    select
        w.*,
        row_number() over (
            partition by w.subject_type, w.subject_id
            order by w.missed_at is not null desc, w.is_severe desc, w.opened_at asc, w.ticket_id asc
        ) as place,
        count(*) over (partition by w.subject_type, w.subject_id) as tickets
    from whose as w
    join intermediate.brief_subject as s on w.subject_type = s.subject_type and w.subject_id = s.subject_id
),

worded as (
    select
        *,
        '"' || subject || '"' || coalesce(' (' || priority || ' priority)', '')
        || case status when 'pending' then ' waits for their answer' when 'hold' then ' is on hold' else ' is open' end
        || ' since ' || strftime(opened_at, '%-d %b %Y')
        || case
            when missed_at is not null
                then '; ' || case missed_measure when 'resolution' then 'the solution' else 'a first answer' end
                    || ' was promised by ' || strftime(missed_at, '%-d %b %Y')
            when due_at is not null
                then '; ' || case due_measure when 'resolution' then 'the solution' else 'a first answer' end
                    || ' is promised by ' || strftime(due_at, '%-d %b %Y, %H:%M') || ' UTC'
            else ''
        end || '.' as sentence
    from placed
)

select subject_type, subject_id, 'needs' as section, place as rank, sentence, cast(opened_at as date) as occurred_on,
    'ticket' as object, ticket_id as object_id
from worded
where place <= list_lines
union all
select subject_type, subject_id, 'needs', 1000,
    'And ' || (tickets - list_lines) || ' more open '
    || case when tickets - list_lines = 1 then 'ticket.' else 'tickets.' end,
    null, 'ticket', ticket_id
from worded
where place > list_lines
