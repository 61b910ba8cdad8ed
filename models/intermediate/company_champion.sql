-- One row per company that has or had a champion: how many, how many are gone or cannot be reached, and who is left. A
-- person is champion of the main company of the day on which a source first called them one, wherever they went later.
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
    select c.contact_id, c.name, m.company_id
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
    select distinct j.contact_id, j.from_company_id as company_id
    from marts.job_change as j
    cross join meta.run as r
    left join intermediate.main_company as m
        on j.contact_id = m.contact_id
        and j.from_company_id = m.company_id
        and r.as_of_on >= coalesce(m.from_on, date '0001-01-01')
        and r.as_of_on < coalesce(m.to_on, date '9999-12-31')
    where j.has_left and m.contact_id is null
),

heard as (
    select contact_id, max(happened_at) as heard_at
    from intermediate.contact_reached
    where direction = 'in' or channel = 'meeting'
    group by contact_id
),

wish as (
    -- What no source dates was said before all that is dated.
    select
        contact_id,
        max(coalesce(stated_at, updated_at, timestamp '0001-01-01')) filter (where preference = 'bounced') as bounced_at,
        max(coalesce(stated_at, updated_at, timestamp '0001-01-01')) filter (where preference = 'subscribed') as wanted_at
    from objects.communication_preference
    where channel = 'email' and topic is null and source_deleted_at is null
    group by contact_id
),

-- An address that mail comes back from says that somebody is gone once it has stood for a while without a word from them.
unreachable as (
    select w.contact_id
    from wish as w
    cross join meta.run as r
    cross join policy.relationship as p
    left join heard as h on w.contact_id = h.contact_id
    where date_diff('day', cast(w.bounced_at as date), r.as_of_on) >= p.bounce_days
        and coalesce(h.heard_at <= w.bounced_at, true)
        and coalesce(w.wanted_at <= w.bounced_at, true)
),

settled as (
    select
        c.company_id, c.contact_id, c.name, g.contact_id is not null or u.contact_id is not null as has_left
    from champion as c
    left join gone as g on c.contact_id = g.contact_id and c.company_id = g.company_id
    left join unreachable as u on c.contact_id = u.contact_id
)

select
    company_id,
    count(*) as champion_count,
    count(*) filter (where has_left) as left_count,
    string_agg(name, ', ' order by name, contact_id) filter (where not has_left) as champion_names
from settled
group by company_id
