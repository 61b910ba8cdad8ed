-- One row per champion and stretch of days over [from_on, to_on) in which they were there, or were gone or could not
-- be reached. A person is champion of the main company of the day on which a source first called them one, wherever
-- they went later.
with called as (
    select c.contact_id, c.name, coalesce(cast(min(h.valid_from) as date), r.as_of_on) as called_on
    from objects.contact as c
    cross join meta.run as r
    left join history.contact as h on c.contact_id = h.contact_id and h.decision_role = 'champion'
    where c.decision_role = 'champion' and c.source_deleted_at is null
    group by c.contact_id, c.name, r.as_of_on
),

champion as (
    -- Who had no main company that day is champion of the next one, else of the last before.
    select c.contact_id, c.name, m.company_id, c.called_on
    from called as c
    join intermediate.main_company as m on c.contact_id = m.contact_id
    qualify row_number() over (
        partition by c.contact_id
        order by
            coalesce(m.to_on > c.called_on, true) desc,
            case when coalesce(m.to_on > c.called_on, true) then coalesce(m.from_on, date '0001-01-01') end asc,
            m.from_on desc nulls last
    ) = 1
),

gone as (
    -- Who came back is not gone.
    select c.contact_id, j.changed_on as from_on, min(m.from_on) as to_on
    from champion as c
    join marts.job_change as j on c.contact_id = j.contact_id and c.company_id = j.from_company_id
    left join intermediate.main_company as m
        on c.contact_id = m.contact_id and c.company_id = m.company_id and j.changed_on <= m.from_on
    where j.has_left
    group by c.contact_id, j.changed_on
),

-- A bounce is so from the day its source states. What no source dates was seen by the record's last change, or before
-- all that is dated; it says nothing beside a dated one, for such a change may be of anything.
bounce as (
    select
        p.contact_id, coalesce(p.stated_at, p.updated_at, timestamp '0001-01-01') as bounced_at
    from objects.communication_preference as p
    where p.channel = 'email' and p.topic is null and p.source_deleted_at is null and p.preference = 'bounced'
    qualify p.stated_at is not null or (
        max(p.stated_at) over (partition by p.contact_id) is null
        and row_number() over (
            partition by p.contact_id order by p.updated_at asc nulls last, p.communication_preference_id asc
        ) = 1
    )
),

-- Who is heard of again at the company, or asks for mail, can be reached. What they say elsewhere is no sign of that.
heard as (
    select contact_id, company_id, happened_at
    from intermediate.contact_reached
    where direction = 'in' or channel = 'meeting'
    union all
    select contact_id, null as company_id, stated_at as happened_at
    from objects.communication_preference
    where channel = 'email' and topic is null and source_deleted_at is null and preference = 'subscribed'
        and stated_at is not null
),

-- An address that mail comes back from says that somebody is gone once it has stood for a while without a word from them.
unreachable as (
    select
        b.contact_id, cast(cast(b.bounced_at as date) + interval 1 day * p.bounce_days as date) as from_on,
        cast(min(h.happened_at) as date) as to_on
    from bounce as b
    join champion as c on b.contact_id = c.contact_id
    cross join policy.relationship as p
    left join heard as h
        on b.contact_id = h.contact_id
        and b.bounced_at < h.happened_at
        and c.company_id = coalesce(h.company_id, c.company_id)
    group by b.contact_id, b.bounced_at, p.bounce_days
),

away as (
    select * from gone
    union all
    select * from unreachable where to_on is null or to_on > from_on
),

-- What was so before they were called champion counts from then on.
moved as (
    select contact_id, called_on as moved_on, 0 as away from champion
    union all
    select contact_id, from_on, 1 from away
    union all
    select contact_id, to_on, -1 from away where to_on is not null
),

placed as (
    select c.contact_id, c.company_id, c.name, greatest(m.moved_on, c.called_on) as on_day, m.away
    from moved as m
    join champion as c on m.contact_id = c.contact_id
)

select
    contact_id, company_id, name, on_day as from_on, lead(on_day) over (partition by contact_id order by on_day) as to_on,
    sum(sum(away)) over (partition by contact_id order by on_day) > 0 as has_left
from placed
group by contact_id, company_id, name, on_day
