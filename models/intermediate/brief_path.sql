-- Where a person or a company stands on the value path and since when, with the evidence of it, and what to do next.
with person as (
    select t.contact_id, t.company_id, t.stage, t.stage_no, t.since_on, t.days_held, t.furthest_stage,
        t.furthest_stage_no, t.next_step
    from marts.contact_stage as t
),

-- A piece of evidence that counts no more today held the stage earlier in the same time.
held as (
    select distinct e.contact_id, e.object, e.object_id
    from marts.stage_evidence as e
    join person as p on e.contact_id = p.contact_id and e.from_on = p.since_on
    cross join meta.run as r
    where e.counts_to_on is null or e.counts_to_on > r.as_of_on
),

person_line as (
    select
        'contact' as subject_type, p.contact_id as subject_id,
        'On the value path: ' || replace(replace(p.stage, 'audience', 'in the audience'), '_', ' ') || ' since '
        || strftime(p.since_on, '%-d %b %Y')
        || ' (' || p.days_held || case when p.days_held = 1 then ' day' else ' days' end || ')'
        || case when p.furthest_stage_no > p.stage_no
                then ', and was as far as ' || replace(p.furthest_stage, '_', ' ') || ' before'
            else ''
        end || '.' as sentence,
        'Next step: ' || p.next_step as step, h.object, h.object_id
    from person as p
    join held as h on p.contact_id = h.contact_id
),

mixed as (
    select
        p.company_id, p.stage, p.stage_no,
        count(*) || case when p.stage = 'audience' then ' in the audience' else ' ' || replace(p.stage, '_', ' ') end
        || case when count(*) = 1 or p.stage = 'audience' then '' else 's' end as words
    from person as p
    group by p.company_id, p.stage, p.stage_no
),

mix as (
    select company_id, string_agg(words, ', ' order by stage_no desc) as words, count(*) as stages
    from mixed
    group by company_id
),

company_line as (
    select
        'company' as subject_type, c.company_id as subject_id,
        'On the value path: ' || replace(replace(c.stage, 'audience', 'in the audience'), '_', ' ') || ' since '
        || strftime(c.since_on, '%-d %b %Y') || ' ('
        || date_diff('day', c.since_on, r.as_of_on + 1)
        || case when c.since_on = r.as_of_on then ' day)' else ' days)' end
        || case when c.contact_count > 1 then '; of ' || c.contact_count || ' people ' || m.words else '' end
        || '.' as sentence,
        case when t.customer_status not in ('canceled', 'lost') then 'Next step: ' || s.next_step end as step,
        h.object, h.object_id
    from marts.company_stage as c
    cross join meta.run as r
    join intermediate.company_status as t on c.company_id = t.company_id
    join mix as m on c.company_id = m.company_id
    join policy.path_stages as s on c.stage_no = s.place
    join person as p on c.company_id = p.company_id and c.stage_no = p.stage_no
    join held as h on p.contact_id = h.contact_id
),

placed as (
    select * from person_line
    union all
    select * from company_line
)

select p.subject_type, p.subject_id, 'path' as section, 10 as rank, p.sentence, cast(null as date) as occurred_on,
    p.object, p.object_id
from placed as p
join intermediate.brief_subject as s on p.subject_type = s.subject_type and p.subject_id = s.subject_id
union all
select p.subject_type, p.subject_id, 'next', 50, p.step, null, p.object, p.object_id
from placed as p
join intermediate.brief_subject as s on p.subject_type = s.subject_type and p.subject_id = s.subject_id
