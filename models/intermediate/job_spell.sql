-- One row per contact, company and unbroken time the contact has or had a job there, by what sources say; of a company
-- that no source names, by the day on which an address at its own domain came.
with located as (
    select e.contact_id, d.domain, d.company_id, d.is_own, min(cast(e.created_at as date)) as came_on
    from objects.contact_email as e
    join intermediate.domain_company as d on d.domain = split_part(e.address, '@', 2)
    where e.is_valid_syntax
        and coalesce(e.is_work, true)
        and not coalesce(e.is_role_address, false)
        and e.source_deleted_at is null
    group by e.contact_id, d.domain, d.company_id, d.is_own
),

-- An address at a domain of several companies is at the one of them that a source says the person has a job at.
chosen as (
    select *, count(*) over (partition by contact_id, domain) as choices
    from located as l
    where l.is_own or exists (
        select 1 from intermediate.job_claim as s where s.contact_id = l.contact_id and s.company_id = l.company_id
    )
),

address as (
    select contact_id, company_id, min(came_on) as came_on
    from chosen
    where choices = 1
    group by contact_id, company_id
),

known as (
    select contact_id, company_id, coalesce(started_on, cast(created_at as date)) as on_day from intermediate.job_claim
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
    from intermediate.job_claim as s
    left join address as a on s.contact_id = a.contact_id and s.company_id = a.company_id
    left join moved as m on s.contact_id = m.contact_id and s.company_id = m.company_id
    union all
    select
        a.contact_id, a.company_id, a.came_on as started_on, cast(null as date) as ended_on, false as is_primary,
        'email_domain' as evidence, a.came_on as known_on
    from address as a
    left join moved as m on a.contact_id = m.contact_id and a.company_id = m.company_id
    where m.contact_id is not null
        or not exists (
            select 1 from intermediate.job_claim as s where s.contact_id = a.contact_id and s.company_id = a.company_id
        )
),

bounded as (
    select
        *,
        coalesce(started_on, date '0001-01-01') as from_on,
        coalesce(ended_on, date '9999-12-31') as to_on
    from claim
),

marked as (
    select
        *,
        coalesce(from_on > max(to_on) over (
            partition by contact_id, company_id, evidence order by from_on, to_on
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
            partition by contact_id, company_id, evidence order by from_on, to_on range unbounded preceding
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
