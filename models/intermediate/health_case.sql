-- One row per row of an object that a sign of today counts one by one: our messages, tickets and answers, as the signs'
-- windows have them; and whether it speaks against the customer's health.
with last_answer as (
    select conversation_id, max(happened_at) as answered_at
    from intermediate.touch
    where direction = 'in' and object = 'message'
    group by conversation_id
),

sent as (
    select t.company_id, t.object_id, t.happened_at, coalesce(a.answered_at <= t.happened_at, true) as is_against
    from intermediate.touch as t
    join objects.conversation as c on t.conversation_id = c.conversation_id
    left join last_answer as a on t.conversation_id = a.conversation_id
    cross join meta.run as r
    cross join policy.health as p
    where t.object = 'message'
        and t.direction = 'out'
        and c.ticket_id is null
        and date_diff('day', cast(t.happened_at as date), r.as_of_on) between p.response_grace_days and p.response_days
),

ticket as (
    select
        t.ticket_id,
        t.company_id,
        t.opened_at,
        t.csat,
        coalesce(t.solved_at, t.opened_at) as rated_at,
        date_diff('day', cast(t.opened_at as date), r.as_of_on) <= p.ticket_days as is_recent,
        date_diff('day', cast(coalesce(t.solved_at, t.opened_at) as date), r.as_of_on) <= p.csat_days as is_counted,
        not t.is_solved and s.ticket_id is not null as is_severe
    from marts.ticket_times as t
    cross join meta.run as r
    cross join policy.health as p
    left join intermediate.severe_ticket as s on t.ticket_id = s.ticket_id
),

nps as (
    select n.company_id, n.nps_response_id, n.answered_at, n.score
    from objects.nps_response as n
    cross join meta.run as r
    cross join policy.nps as p
    where n.answered_at <= r.as_of
        and n.source_deleted_at is null
        and date_diff('day', cast(n.answered_at as date), r.as_of_on) <= p.window_days
    qualify row_number() over (
        partition by n.company_id, coalesce(n.contact_id, n.respondent, n.nps_response_id)
        order by n.answered_at desc, n.nps_response_id desc
    ) = 1
),

survey as (
    select a.company_id, a.survey_response_id, a.answered_at, a.bad_count = 1 as is_against
    from marts.survey_answer as a
    left join ticket as t on a.ticket_id = t.ticket_id and t.csat in ('good', 'bad')
    cross join meta.run as r
    cross join policy.health as p
    where a.survey_type = 'csat'
        and a.good_count + a.bad_count > 0
        and date_diff('day', cast(a.answered_at as date), r.as_of_on) <= p.csat_days
        and t.ticket_id is null
)

select company_id, 'response_balance' as factor, 'message' as object, object_id, happened_at, is_against from sent
union all
select company_id, 'ticket_load', 'ticket', ticket_id, opened_at, true from ticket where is_recent
union all
select company_id, 'ticket_severity', 'ticket', ticket_id, opened_at, true from ticket where is_severe
union all
select company_id, 'csat', 'ticket', ticket_id, rated_at, csat = 'bad' from ticket
    where csat in ('good', 'bad') and is_counted
union all
select company_id, 'csat', 'survey_response', survey_response_id, answered_at, is_against from survey
union all
select n.company_id, 'nps', 'nps_response', n.nps_response_id, n.answered_at, n.score <= p.detractor_to
from nps as n
cross join policy.nps as p
