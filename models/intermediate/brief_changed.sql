-- What changed since we last talked with them: what happened, and what sources say differently since; the newest first.
with difference as (
    select
        s.subject_type, s.subject_id, h.object, h.object_id, h.field, h.changed_at, rtrim(h.sentence, '.') as words
    from history.change as h
    join policy.brief_changes as f on h.object = f.object and h.field = f.field
    join intermediate.brief_subject as s
        on (s.subject_type = 'company' and h.company_id = s.subject_id)
        or (s.subject_type = 'contact' and h.contact_id = s.subject_id)
    cross join meta.run as r
    where h.changed_at > s.changed_after_at
        and h.changed_at <= r.as_of
        -- A value that comes to an empty field, or is only spelt differently, is no change of theirs.
        and lower(h.old_value) <> lower(h.new_value)
    qualify row_number() over (
        partition by s.subject_type, s.subject_id, h.object, h.object_id, h.field order by h.changed_at desc,
        h.new_value desc
    ) = 1
),

change as (
    select subject_type, subject_id, thing, happened_at, words, object, object_id
    from intermediate.brief_event
    union all
    select subject_type, subject_id, object || ' ' || object_id || ' ' || field, changed_at, words, object, object_id
    from difference
),

placed as (
    select *, dense_rank() over (partition by subject_type, subject_id order by happened_at desc, thing asc) as place
    from change
),

counted as (
    select *, max(place) over (partition by subject_type, subject_id) as changes
    from placed
)

select
    c.subject_type, c.subject_id, 'changed' as section, c.place as rank,
    strftime(c.happened_at, '%-d %b %Y') || ': ' || c.words || '.' as sentence,
    cast(c.happened_at as date) as occurred_on, c.object, c.object_id
from counted as c
cross join policy.brief as p
where c.place <= p.list_lines
union all
select
    c.subject_type, c.subject_id, 'changed', 1000,
    'And ' || (c.changes - p.list_lines) || ' more since '
    || strftime(min(c.happened_at) over of_subject, '%-d %b %Y') || '.',
    cast(min(c.happened_at) over of_subject as date), c.object, c.object_id
from counted as c
cross join policy.brief as p
where c.place > p.list_lines
window of_subject as (partition by c.subject_type, c.subject_id)
