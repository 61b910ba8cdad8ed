-- When we were in touch last and when the next meeting is, with the people who come and what is to be talked about; and
-- whose mail comes back, or is not wanted.
with last_touch as (
    select t.*
    from marts.touch_channel as t
    join intermediate.brief_subject as s on t.subject_type = s.subject_type and t.subject_id = s.subject_id
    where t.last_at is not null
    qualify row_number() over (partition by t.subject_type, t.subject_id order by t.last_at desc, t.channel asc) = 1
),

next_meeting as (
    select t.subject_type, t.subject_id, a.appointment_id, a.title, a.starts_at, a.is_all_day, a.agenda, p.quote_length
    from marts.touch_channel as t
    join intermediate.brief_subject as s on t.subject_type = s.subject_type and t.subject_id = s.subject_id
    join objects.appointment as a on t.next_object_id = a.appointment_id
    cross join policy.brief as p
    where t.next_object = 'appointment'
),

comes as (
    select distinct a.appointment_id, a.contact_id, c.name || case when j.has_left then ' (who left)' else '' end as name
    from objects.appointment_attendee as a
    join objects.contact as c on a.contact_id = c.contact_id
    join objects.appointment as m on a.appointment_id = m.appointment_id
    left join marts.job_change as j on a.contact_id = j.contact_id and m.company_id = j.from_company_id and j.has_left
    where coalesce(a.response, 'none') <> 'declined' and a.source_deleted_at is null
),

guests as (
    select appointment_id, string_agg(name, ', ' order by name, contact_id) as names
    from comes
    group by appointment_id
),

meeting as (
    select
        n.subject_type, n.subject_id, n.appointment_id, cast(n.starts_at as date) as occurred_on,
        'Next meeting: "' || n.title || '" on '
        || case when n.is_all_day then strftime(n.starts_at, '%A %-d %b %Y')
            else strftime(n.starts_at, '%A %-d %b %Y, %H:%M') || ' UTC'
        end
        || coalesce(' with ' || g.names, '')
        || coalesce('; to talk about: ' || nullif(trim(substring(n.agenda, 1, n.quote_length)), ''), '')
        || '.' as sentence
    from next_meeting as n
    left join guests as g on n.appointment_id = g.appointment_id
)

select
    subject_type, subject_id, 'touch' as section, 10 as rank,
    'Last in touch on ' || strftime(last_at, '%-d %b %Y') || ' '
    || case channel
        when 'email' then 'by e-mail' when 'meeting' then 'at a meeting' when 'call' then 'on a call'
        when 'ticket' then 'in a ticket'
        when 'chat' then 'in a chat' else 'by ' || replace(channel, '_', ' ')
    end
    || case
        when channel = 'meeting' then '' when last_direction = 'in' then ', from them'
        when last_direction = 'out' then ', from us' else ''
    end || '.' as sentence,
    cast(last_at as date) as occurred_on, last_object as object, last_object_id as object_id
from last_touch
union all
select subject_type, subject_id, 'next', 10, sentence, occurred_on, 'appointment', appointment_id from meeting
union all
select m.subject_type, m.subject_id, 'next', 10, m.sentence, m.occurred_on, 'contact', c.contact_id
from meeting as m
join comes as c on m.appointment_id = c.appointment_id
union all
select
    s.subject_type, s.subject_id, 'first', 20,
    case e.preference when 'bounced' then 'Mail to them comes back.' else 'They want no mail from us.' end,
    null, 'communication_preference', e.communication_preference_id
from intermediate.email_preference as e
join intermediate.brief_subject as s on e.contact_id = s.subject_id and s.subject_type = 'contact'
where e.preference in ('bounced', 'unsubscribed')
