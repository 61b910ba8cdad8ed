-- One row per contact, company and unbroken time the contact has or had a job there, by what sources say; of a company
-- that no source names, by the day on which an address at its own domain came.
with past_role as (
    -- A source that knows one company only leaves the one before out from then on.
    select h.contact_id, h.company_id, h.started_on, h.ended_on, h.valid_to, h.created_at
    from history.job_role as h
    left join objects.job_role as j on h.job_role_id = j.job_role_id
    where j.job_role_id is null and h.source_deleted_at is null
    qualify row_number() over (partition by h.job_role_id order by h.valid_from desc) = 1
),

said as (
    select contact_id, company_id, started_on, ended_on, coalesce(is_primary, false) as is_primary, created_at
    from objects.job_role
    where source_deleted_at is null and derived_by is null
    union all
    select contact_id, company_id, started_on, coalesce(ended_on, cast(valid_to as date)), false, created_at
    from past_role
    where valid_to is not null
),

address as (
    select e.contact_id, d.company_id, min(cast(e.created_at as date)) as came_on
    from objects.contact_email as e
    join intermediate.own_domain as d on d.domain = split_part(e.address, '@', 2)
    where e.is_valid_syntax
        and coalesce(e.is_work, true)
        and not coalesce(e.is_role_address, false)
        and e.source_deleted_at is null
    group by e.contact_id, d.company_id
),

known as (
    select contact_id, company_id, coalesce(started_on, cast(created_at as date)) as on_day from said
    union all
    select contact_id, company_id, came_on as on_day from address
),

later as (
    select contact_id, company_id, min(on_day) as from_on
    from known
    group by contact_id, company_id
    qualify min(on_day) > min(min(on_day)) over (partition by contact_id)
),

moved as (
    select a.contact_id, a.company_id, a.came_on
    from address as a
    join later as l on a.contact_id = l.contact_id and a.company_id = l.company_id and a.came_on = l.from_on
),

claim as (
    select
        s.contact_id, s.company_id, coalesce(s.started_on, m.came_on) as started_on, s.ended_on, s.is_primary,
        'job' as evidence, coalesce(s.started_on, a.came_on, cast(s.created_at as date)) as known_on
    from said as s
    left join address as a on s.contact_id = a.contact_id and s.company_id = a.company_id
    left join moved as m on s.contact_id = m.contact_id and s.company_id = m.company_id
    union all
    select
        a.contact_id, a.company_id, a.came_on as started_on, cast(null as date) as ended_on, false as is_primary,
        'email_domain' as evidence, a.came_on as known_on
    from address as a
    left join moved as m on a.contact_id = m.contact_id and a.company_id = m.company_id
    where m.contact_id is not null
        or not exists (select 1 from said as s where s.contact_id = a.contact_id and s.company_id = a.company_id)
),

bounded as (
    select
        *,
        coalesce(started_on, date '0001-01-01') as from_on,
        coalesce(ended_on, date '9999-12-31') as to_on
    from claim
    where contact_id is not null and company_id is not null
),

marked as (
    select
        *,
        coalesce(from_on > max(to_on) over (
            partition by contact_id, company_id order by from_on, to_on
            rows between unbounded preceding and 1 preceding
        ), true) as is_new
    from bounded
    where from_on < to_on
),

-- Claims of the same days are of one spell, whichever of them comes first.
numbered as (
    select
        *,
        sum(cast(is_new as integer)) over (
            partition by contact_id, company_id order by from_on, to_on range unbounded preceding
        ) as spell
    from marked
)

select
    contact_id, company_id, evidence,
    nullif(min(from_on), date '0001-01-01') as started_on,
    nullif(max(to_on), date '9999-12-31') as ended_on,
    bool_or(is_primary) as is_primary,
    min(known_on) as known_on
from numbered
group by contact_id, company_id, evidence, spell
