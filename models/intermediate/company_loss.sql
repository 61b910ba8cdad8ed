-- Every loss of a company in a set of rules with the reason noted for it: the churn event nearest the month in which
-- it was gone.
with loss as (
    select c.policy_id, c.company_id, c.month, c.churn as mrr_churned, cast(c.month + interval 1 month as date) as next_month
    from marts.company_month as c
    where c.movement = 'churn'
),

candidate as (
    select
        l.policy_id, l.company_id, l.month, e.churn_event_id, e.primary_reason, e.is_voluntary, e.churned_on,
        case
            when e.churned_on < l.month then date_diff('day', e.churned_on, l.month)
            when e.churned_on >= l.next_month then date_diff('day', l.next_month, e.churned_on) + 1
            else 0
        end as days_away
    from loss as l
    join objects.churn_event as e on l.company_id = e.company_id
    where e.source_deleted_at is null and not coalesce(e.is_downgrade_only, false)
),

nearest as (
    select c.*
    from candidate as c
    cross join policy.revenue as p
    where c.days_away <= p.churn_reason_days
    qualify row_number() over (
        partition by c.policy_id, c.company_id, c.month order by c.days_away asc, c.churned_on desc, c.churn_event_id asc
    ) = 1
)

select
    l.policy_id, l.company_id, l.month, l.mrr_churned, n.churn_event_id, n.is_voluntary,
    coalesce(nullif(trim(n.primary_reason), ''), 'not stated') as reason
from loss as l
left join nearest as n on l.policy_id = n.policy_id and l.company_id = n.company_id and l.month = n.month
