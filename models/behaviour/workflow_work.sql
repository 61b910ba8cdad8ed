-- Steps that runs of the workspace's workflows made: what is to be done for whom, by whom, by when, and what became of it.
select
    s.workflow_run_id || ':' || s.step as work_id,
    s.workflow_run_id, s.template, s.step, s.company_id, s.contact_id, s.made_on, s.due_on,
    p.name, p.type, p.text, p.position,
    case p.assignee when 'owner' then c.owner_id when 'co_owner' then c.co_owner_id else m.team_member_id end as owner_id,
    case
        when d.done_on <= r.as_of_on then d.status
        when w.exited_on <= r.as_of_on then 'ignored'
        else 'to_do'
    end as status,
    case when d.done_on <= r.as_of_on then d.done_on end as done_on,
    r.as_of as loaded_at
from ledger.workflow_step as s
join ledger.workflow_run as w on s.workflow_run_id = w.workflow_run_id
join policy.workflow_step as p on s.template = p.template and s.step = p.id
cross join policy.behaviour as b
cross join meta.run as r
left join ledger.task_done as d on d.task_id = s.workflow_run_id || ':' || s.step
left join objects.company as c on s.company_id = c.company_id
left join objects.team_member as m on lower(p.assignee) = m.email
where b.workflows_run and s.made_on <= r.as_of_on
