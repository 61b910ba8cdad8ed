-- One row per contact and time with one main company; no two of a contact overlap. Of several jobs the one its source
-- calls the main one counts, else the one begun last; an address that came later than that job is known counts before it.
with spell as (
    select
        *,
        coalesce(started_on, date '0001-01-01') as from_on,
        coalesce(ended_on, date '9999-12-31') as to_on
    from intermediate.job_spell
),

edge as (
    select contact_id, from_on as on_day from spell
    union
    select contact_id, to_on as on_day from spell
),

stretch as (
    select contact_id, on_day as from_on, lead(on_day) over (partition by contact_id order by on_day) as to_on
    from edge
),

held as (
    select
        t.contact_id, t.from_on, t.to_on, s.company_id, s.evidence, s.from_on = t.from_on as is_new_there,
        case s.evidence
            when 'job' then coalesce(s.known_on, date '9999-12-31')
            else coalesce(s.known_on, date '0001-01-01')
        end as known_on
    from stretch as t
    join spell as s on t.contact_id = s.contact_id and t.from_on >= s.from_on and t.to_on <= s.to_on
    where t.to_on is not null
    qualify row_number() over (
        partition by t.contact_id, t.from_on, s.evidence order by s.is_primary desc, s.from_on desc, s.company_id asc
    ) = 1
),

chosen as (
    -- An address that came on the day a job begins says more of it than the job: that the one before is over.
    select
        * exclude (evidence),
        case
            when max(case when evidence = 'email_domain' and is_new_there then company_id end)
                over (partition by contact_id, from_on) = company_id
                then 'email_domain'
            else evidence
        end as evidence
    from held
    qualify row_number() over (
        partition by contact_id, from_on order by known_on desc, (evidence = 'job') desc, company_id asc
    ) = 1
),

marked as (
    select
        *,
        coalesce(
            lag(to_on) over (partition by contact_id order by from_on) = from_on
            and lag(company_id) over (partition by contact_id order by from_on) = company_id,
            false
        ) as goes_on
    from chosen
),

numbered as (
    select *, sum(cast(not goes_on as integer)) over (partition by contact_id order by from_on) as nth
    from marked
)

select
    contact_id,
    company_id,
    nullif(min(from_on), date '0001-01-01') as from_on,
    nullif(max(to_on), date '9999-12-31') as to_on,
    arg_min(evidence, from_on) as evidence,
    arg_min(is_new_there, from_on) as is_new_there
from numbered
group by contact_id, company_id, nth
