-- What matters most: a promise broken, severe tickets, more asked for; a person's new job.
with ticket as (
    select
        t.ticket_id, t.company_id, count(v.ticket_id) > 0 as is_severe,
        count(s.ticket_id) filter (where s.state = 'overdue') > 0 as is_late
    from marts.ticket_times as t
    left join marts.ticket_sla as s on t.ticket_id = s.ticket_id
    left join intermediate.severe_ticket as v on t.ticket_id = v.ticket_id
    where not t.is_solved and t.company_id is not null
    group by t.ticket_id, t.company_id
),

alarm as (
    select
        company_id, ticket_id, case when is_late then 30 else 40 end as rank,
        count(*) over (partition by company_id, is_late) as tickets
    from ticket
    where is_late or is_severe
),

gone as (
    select l.*
    from marts.job_change as l
    cross join meta.run as d
    cross join policy.brief as p
    where l.has_left and date_diff('day', l.changed_on, d.as_of_on) <= p.brief_days
),

ask as (
    select a.*, count(*) over (partition by a.company_id) as asks
    from marts.expansion_ask as a
    cross join meta.run as d
    cross join policy.brief as p
    join intermediate.company_status as t on a.company_id = t.company_id
    where a.state in ('open', 'in_sales') and t.customer_status not in ('canceled', 'lost')
        and date_diff('day', cast(a.asked_at as date), d.as_of_on) <= p.brief_days
    qualify row_number() over (partition by a.company_id order by a.asked_at desc, a.object desc, a.object_id desc) = 1
),

found as (
    select
        'company' as subject_type, company_id as subject_id, rank,
        case when tickets = 1 then 'One' else cast(tickets as varchar) end
        || case when rank = 40 then ' severe ticket' else ' open ticket' end
        || case when tickets = 1 then ' is' else 's are' end
        || case when rank = 30 then ' past what the contract promises.' else ' open.' end as sentence,
        cast(null as date) as occurred_on, 'ticket' as object, ticket_id as object_id
    from alarm
    union all
    select
        'company', company_id, 60,
        'They asked for more: "' || coalesce(title, phrase, 'no words') || '" on ' || strftime(asked_at, '%-d %b %Y')
        || case when asks > 1 then ', the last of ' || asks || ' times' else '' end
        || case state when 'in_sales' then '; an opportunity is open.' else '; no offer is made yet.' end,
        cast(asked_at as date), object, object_id
    from ask
    union all
    select
        'contact', contact_id, 10,
        'Left ' || from_company_name || ' on ' || strftime(changed_on, '%-d %b %Y')
        || coalesce(' for ' || to_company_name, '') || '.',
        changed_on, 'contact', contact_id as object_id
    from gone
)

select f.subject_type, f.subject_id, 'first' as section, f.rank, f.sentence, f.occurred_on, f.object, f.object_id
from found as f
join intermediate.brief_subject as s on f.subject_type = s.subject_type and f.subject_id = s.subject_id
