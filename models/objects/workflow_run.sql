-- Runs as sent, and those of the workspace's own templates with how far they have come.
with progress as (
    select
        workflow_run_id,
        count(*) filter (where status <> 'to_do') as settled_count,
        max(due_on) as last_due_on,
        max(done_on) as last_done_on
    from behaviour.workflow_work
    group by workflow_run_id
),

planned as (
    select template, count(*) as step_count, sum(days) as longest_days
    from policy.workflow_step
    group by template
),

own as (
    select
        w.*, n.step_count, p.settled_count, p.last_done_on, r.as_of,
        greatest(p.last_due_on, w.started_on + cast(n.longest_days as integer)) as expected_end_on,
        case when w.exited_on <= r.as_of_on then w.exited_on end as left_on
    from ledger.workflow_run as w
    join policy.workflow_template as t on w.template = t.id
    cross join policy.behaviour as b
    cross join meta.run as r
    left join planned as n on w.template = n.template
    left join progress as p on w.workflow_run_id = p.workflow_run_id
    where b.workflows_run and w.started_on <= r.as_of_on
)

select * from sourced
union all by name
select
    o.workflow_run_id, 'workspace:' || o.template as workflow_template_id, o.company_id, o.contact_id,
    case when o.settled_count = o.step_count and o.left_on is null then 'done'
        when o.left_on is not null then 'exited' else 'running'
    end as status,
    o.started_on, o.expected_end_on,
    coalesce(o.left_on, case when o.settled_count = o.step_count then o.last_done_on end) as ended_on,
    cast(round(100.0 * coalesce(o.settled_count, 0) / nullif(o.step_count, 0), 2) as decimal(38, 12)) as percent_done,
    'workspace' as source_system, o.workflow_run_id as source_record_id, o.as_of as loaded_at, 'workflows_run' as derived_by
from own as o
