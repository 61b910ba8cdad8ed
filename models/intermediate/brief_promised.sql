-- What was promised: what is to be done for them, by whom and until when, and what the last meetings agreed on.
with due as (
    select
        w.work_id, w.company_id, w.contact_id, w.due_on,
        case w.kind when 'task' then 'task' else 'workflow_email' end as object,
        '"' || w.description || '"' || case w.kind when 'email' then ' is to be sent' else ' is to be done' end
        || coalesce(' by ' || w.owner_name, '')
        || case
            when w.days_late > 0 then ', was due on ' || strftime(w.due_on, '%-d %b %Y')
                || ' (' || w.days_late || case when w.days_late = 1 then ' day late)' else ' days late)' end
            when w.due_on is not null then ', due on ' || strftime(w.due_on, '%-d %b %Y')
            else ''
        end || '.' as sentence,
        -- What is due before long comes first, then what is late, the newest first.
        case when w.days_late > 0 then 2 when w.due_on is not null then 1 else 3 end as turn,
        case when w.days_late > 0 then w.days_late else date_diff('day', r.as_of_on, w.due_on) end as days
    from marts.work_due as w
    cross join meta.run as r
),

whose as (
    select 'company' as subject_type, company_id as subject_id, * from due where company_id is not null
    union all
    select 'contact' as subject_type, contact_id as subject_id, * from due where contact_id is not null
),

placed as (
    select
        w.*,
        row_number() over (
            partition by w.subject_type, w.subject_id order by w.turn asc, w.days asc nulls last, w.work_id asc
        ) as place,
        count(*) over (partition by w.subject_type, w.subject_id) as tasks
    from whose as w
),

agreed as (
    select
        a.company_id, a.appointment_id, cast(a.starts_at as date) as met_on,
        'Agreed in "' || a.title || '" on ' || strftime(a.starts_at, '%-d %b %Y') || ': '
        || substring(trim(a.next_actions), 1, p.quote_length) as sentence
    from objects.appointment as a
    cross join meta.run as r
    cross join policy.brief as p
    where trim(a.next_actions) <> ''
        and a.starts_at <= r.as_of
        and date_diff('day', cast(a.starts_at as date), r.as_of_on) <= p.brief_days
        and coalesce(a.pipeline_stage, 'done') <> 'canceled'
        and a.source_deleted_at is null
    qualify row_number() over (partition by a.company_id order by a.starts_at desc, a.appointment_id desc) <= 2
),

found as (
    select d.subject_type, d.subject_id, 100 + d.place as rank, d.sentence, d.due_on as occurred_on, d.object,
        d.work_id as object_id
    from placed as d
    cross join policy.brief as p
    where d.place <= p.list_lines
    union all
    select
        d.subject_type, d.subject_id, 1000,
        'And ' || (d.tasks - p.list_lines) || ' more to be done, due earlier.', null, d.object, d.work_id
    from placed as d
    cross join policy.brief as p
    where d.place > p.list_lines
    union all
    select 'company', company_id, 10, sentence, met_on, 'appointment', appointment_id from agreed
)

select f.subject_type, f.subject_id, 'promised' as section, f.rank, f.sentence, f.occurred_on, f.object, f.object_id
from found as f
join intermediate.brief_subject as s on f.subject_type = s.subject_type and f.subject_id = s.subject_id
