-- What happened with the issues that touch a company, and the workflows that ran for it.
with touched as (
    select distinct issue_id, company_id
    from objects.issue_link
    where company_id is not null and source_deleted_at is null
)

select
    t.company_id, cast(null as varchar) as contact_id, e.happened_at, e.kind,
    coalesce(i.tracker_key || ' ', '') || i.title as title,
    'issue' as object, i.issue_id || '/' || t.company_id as object_id
from objects.issue as i
join touched as t on i.issue_id = t.issue_id
join (
    select issue_id, 'issue_opened' as kind, created_at as happened_at from objects.issue
    union all
    select issue_id, 'issue_resolved' as kind, resolved_at as happened_at from objects.issue
) as e on i.issue_id = e.issue_id
where e.happened_at is not null and i.source_deleted_at is null
union all
select
    r.company_id, r.contact_id, cast(r.started_on as timestamp) as happened_at, 'workflow_started' as kind, t.name as title,
    'workflow_run' as object, r.workflow_run_id as object_id
from objects.workflow_run as r
join objects.workflow_template as t on r.workflow_template_id = t.workflow_template_id
where r.source_deleted_at is null
