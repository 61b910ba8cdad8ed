with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
run as (
    select w.*, regexp_replace(lower(w.status), '[^a-z]', '', 'g') as word, replace(trim(w.percent_done), '%', '') as share
    from raw_planhat.workflows__latest as w
    where coalesce(w.template_id, trim(w.template)) <> ''
)
select
    r._row_id,
    r._loaded_at,
    nullif(json_merge_patch(coalesce(r.custom, '{}'), coalesce(try_cast(r.custom_fields as json), '{}')), '{}') as custom,
    r.id as source_record_id,
    coalesce(r.template_id, trim(r.template)) as workflow_template_id,
    coalesce(r.company_id, n.id) as company_id,
    r.enduser_id as contact_id,
    case
        when r.word is null or r.word in ('active', 'running', 'ongoing', 'inprogress', 'started', 'notstarted') then 'running'
        when r.word in ('done', 'completed', 'complete', 'finished') then 'done'
        when r.word in ('exited', 'canceled', 'cancelled', 'stopped', 'aborted', 'archived') then 'exited'
        when r.word in ('paused', 'onhold', 'snoozed') then 'paused'
        else r.status
    end as status,
    r.start_date as started_on,
    r.expected_end_date as expected_end_on,
    r.end_date as ended_on,
    r.share as percent_done,
    coalesce(r.created_at, r.create_date) as created_at,
    r.updated_at
from run as r
left join named as n on lower(trim(r.company_name)) = n.name
