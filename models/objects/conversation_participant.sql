-- Participants as sent; and of each task that is done, who did it and whom it was about.
with derived as (
    select
        d.conversation_id || ':owner' as conversation_participant_id, d.conversation_id, cast(null as varchar) as contact_id,
        d.team_member_id, 'from' as role, d.source_system, d.source_record_id, d.loaded_at, d.derived_by
    from behaviour.done_task as d
    where d.team_member_id is not null
    union all by name
    select
        d.conversation_id || ':' || l.contact_id as conversation_participant_id, d.conversation_id, l.contact_id,
        'to' as role, d.source_system, d.source_record_id, d.loaded_at, d.derived_by
    from behaviour.done_task as d
    join (
        select task_id, contact_id
        from sourced.task_link
        where contact_id is not null and source_deleted_at is null
        union
        select task_id, contact_id
        from behaviour.done_task
        where contact_id is not null
    ) as l on d.task_id = l.task_id
)

select * from sourced
union all by name
select * from derived
