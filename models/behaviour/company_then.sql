-- One row per contact and time over [from_on, to_on): the company that what the person does then counts for where its source
-- names none. It is their main company; before the first one that one, after it has ended the last, until the next begins.
-- `ended_on` is the day it ended.
with known as (
    select contact_id, company_id, from_on, to_on as ended_on from intermediate.main_company
    union all
    -- Of jobs that ended when they began, the one that counts first.
    select j.contact_id, j.company_id, j.started_on as from_on, j.ended_on
    from objects.job_role as j
    where j.is_primary and not exists (
        select 1 from intermediate.main_company as m where m.contact_id = j.contact_id
    )
),

numbered as (
    select
        *,
        row_number() over (partition by contact_id order by from_on nulls first) as nth,
        lead(from_on) over (partition by contact_id order by from_on nulls first) as next_on
    from known
)

select
    contact_id,
    company_id,
    case when nth = 1 then date '0001-01-01' else from_on end as from_on,
    coalesce(next_on, date '9999-12-31') as to_on,
    ended_on
from numbered
