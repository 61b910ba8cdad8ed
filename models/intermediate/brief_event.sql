-- What happened since we last talked with them: each ticket, conversation, service and opportunity once, told by the
-- last that happened to it. A row for each that happened.
with event as (
    select 'company' as subject_type, company_id as subject_id, * from marts.timeline
    union all
    select 'contact' as subject_type, contact_id as subject_id, * from marts.timeline
),

recent as (
    select
        e.subject_type, e.subject_id, e.happened_at, e.kind, e.object, w.words,
        coalesce(coalesce(n.title || '. ', '') || substring(n.body, 1, p.quote_length), e.title) as title,
        case e.object
            when 'ticket' then regexp_replace(e.object_id, '/[0-9]+$', '')
            when 'issue' then replace(e.object_id, '/' || e.company_id, '')
            else e.object_id
        end as object_id
    from event as e
    join intermediate.brief_subject as s
        on e.subject_type = s.subject_type and e.subject_id = s.subject_id and e.happened_at > s.changed_after_at
    join policy.brief_events as w on e.kind = w.kind
    cross join policy.brief as p
    left join objects.note as n on e.object = 'note' and e.object_id = n.note_id
),

-- The thing an event belongs to: of what belongs to the same one, the last is told.
placed as (
    select
        t.*,
        coalesce(
            'ticket ' || coalesce(c.ticket_id, case when t.object = 'ticket' then t.object_id end),
            'conversation ' || m.conversation_id,
            'service ' || coalesce(d.service_id, case when t.object = 'service' then t.object_id end),
            'opportunity ' || coalesce(h.opportunity_id, case when t.object = 'opportunity' then t.object_id end),
            t.object || ' ' || t.object_id
        ) as thing
    from recent as t
    left join objects.message as m on t.object = 'message' and t.object_id = m.message_id
    left join objects.conversation as c on m.conversation_id = c.conversation_id
    left join objects.deliverable as d on t.object = 'deliverable' and t.object_id = d.deliverable_id
    left join objects.opportunity_stage_history as h
        on t.object = 'opportunity_stage_history' and t.object_id = h.opportunity_stage_history_id
),

ordered as (
    select
        *,
        row_number() over (
            partition by subject_type, subject_id, thing
            order by kind in ('message_in', 'opportunity_stage') asc, happened_at desc, kind asc, object_id desc
        ) as place,
        count(*) filter (where kind = 'message_in') over (partition by subject_type, subject_id, thing) as messages
    from placed
),

told as (
    select
        subject_type, subject_id, thing, happened_at,
        -- Of an answer, its name is left out.
        replace(
            words, '{title}', regexp_replace(title, '^(CSAT|CES) ([0-9]+)[.]?[0-9]* of ([0-9]+)[.]?[0-9]*', '\2 of \3')
        )
        || case
            when messages = 0 or (messages = 1 and kind = 'message_in') then ''
            when messages = 1 then ', one message from them'
            else ', ' || messages || ' messages from them'
        end as words
    from ordered
    where place = 1
)

select t.subject_type, t.subject_id, t.thing, t.happened_at, t.words, o.object, o.object_id
from told as t
join ordered as o on t.subject_type = o.subject_type and t.subject_id = o.subject_id and t.thing = o.thing
