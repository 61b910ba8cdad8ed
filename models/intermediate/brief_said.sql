-- What they said: to how likely they would recommend us, how they rated tickets and surveys, and in the last meeting.
with answer as (
    select
        n.nps_response_id, n.company_id, n.contact_id, n.score, n.answered_at,
        coalesce(c.name, 'Somebody') || ' gave us ' || n.score || ' out of 10 on '
        || strftime(n.answered_at, '%-d %b %Y')
        || coalesce(': "' || nullif(trim(substring(n.comment, 1, p.quote_length)), '') || '"', '.') as sentence
    from objects.nps_response as n
    cross join meta.run as r
    cross join policy.nps as w
    cross join policy.brief as p
    left join objects.contact as c on n.contact_id = c.contact_id
    where n.source_deleted_at is null
        and n.answered_at <= r.as_of
        and date_diff('day', cast(n.answered_at as date), r.as_of_on) <= w.window_days
    qualify row_number() over (
        partition by n.company_id, coalesce(n.contact_id, n.respondent, n.nps_response_id)
        order by n.answered_at desc, n.nps_response_id desc
    ) = 1
),

rated as (
    select
        t.company_id, t.ticket_id, t.csat, coalesce(t.solved_at, t.opened_at) as rated_at
    from marts.ticket_times as t
    join objects.ticket as o on t.ticket_id = o.ticket_id
    cross join meta.run as r
    cross join policy.health as p
    where t.csat in ('good', 'bad')
        and o.source_deleted_at is null
        and date_diff('day', cast(coalesce(t.solved_at, t.opened_at) as date), r.as_of_on) <= p.csat_days
),

met as (
    select
        a.company_id, a.appointment_id, a.starts_at,
        'In "' || a.title || '" on ' || strftime(a.starts_at, '%-d %b %Y') || ': '
        || substring(trim(a.outcome), 1, p.quote_length) as sentence
    from objects.appointment as a
    cross join meta.run as r
    cross join policy.brief as p
    where trim(a.outcome) <> '' and a.starts_at <= r.as_of and a.pipeline_stage <> 'canceled'
    and a.source_deleted_at is null
        and date_diff('day', cast(a.starts_at as date), r.as_of_on) <= p.brief_days
    qualify row_number() over (partition by a.company_id order by a.starts_at desc, a.appointment_id desc) = 1
),

found as (
    select 'company' as subject_type, a.company_id as subject_id, 10 as rank, a.sentence,
        cast(a.answered_at as date) as occurred_on, 'nps_response' as object, a.nps_response_id as object_id
    from answer as a
    qualify row_number() over (partition by a.company_id order by a.answered_at desc, a.nps_response_id desc) <= 3
    union all
    select 'contact', a.contact_id, 10, a.sentence, cast(a.answered_at as date), 'nps_response', a.nps_response_id
    from answer as a
    where a.contact_id is not null
    union all
    select
        'company', company_id, 20,
        'Ratings of tickets: ' || count(*) filter (where csat = 'good') over (partition by company_id) || ' of '
        || count(*) over (partition by company_id) || ' good.',
        max(cast(rated_at as date)) over (partition by company_id), 'ticket', ticket_id
    from rated
    union all
    select
        'company', a.company_id, 25,
        'Answers to surveys: ' || sum(a.good_count) over (partition by a.company_id) || ' of '
        || count(*) over (partition by a.company_id) || ' satisfied.',
        max(cast(a.answered_at as date)) over (partition by a.company_id), 'survey_response', a.survey_response_id
    from marts.survey_answer as a
    cross join meta.run as r
    cross join policy.health as p
    where a.survey_type = 'csat' and date_diff('day', cast(a.answered_at as date), r.as_of_on) <= p.csat_days
    union all
    select 'company', company_id, 30, sentence, cast(starts_at as date), 'appointment', appointment_id from met
)

select f.subject_type, f.subject_id, 'said' as section, f.rank, f.sentence, f.occurred_on, f.object, f.object_id
from found as f
join intermediate.brief_subject as s on f.subject_type = s.subject_type and f.subject_id = s.subject_id
