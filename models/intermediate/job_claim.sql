-- One row per contact, company and job there that a source tells of, or told of until it left it out. A job that one
-- source dates began then for those that do not date it as well, unless it ended before for them.
with past_role as (
    -- A source that knows one company only leaves the one before out from then on.
    select h.contact_id, h.company_id, h.started_on, h.ended_on, h.valid_to, h.created_at
    from history.job_role as h
    left join objects.job_role as j on h.job_role_id = j.job_role_id
    where j.job_role_id is null and h.source_deleted_at is null
    qualify row_number() over (partition by h.job_role_id order by h.valid_from desc) = 1
),

told as (
    select contact_id, company_id, started_on, ended_on, coalesce(is_primary, false) as is_primary, created_at
    from objects.job_role
    where source_deleted_at is null and derived_by is null
    union all
    select contact_id, company_id, started_on, coalesce(ended_on, cast(valid_to as date)), false, created_at
    from past_role
    where valid_to is not null
),

known as (
    select
        *,
        min(case when coalesce(ended_on > started_on, true) then started_on end)
            over (partition by contact_id, company_id) as began_on
    from told
    where contact_id is not null and company_id is not null
)

select
    contact_id, company_id,
    coalesce(started_on, case when coalesce(ended_on > began_on, true) then began_on end) as started_on,
    ended_on, is_primary, created_at
from known
