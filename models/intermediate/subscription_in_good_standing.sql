-- When subscriptions count that were past due for longer than a set of rules allows: all but from that many days after they
-- became past due until they were no more. A subscription is past due while any item of it is.
with due as (
    select
        subscription_id, runs_from, coalesce(runs_to, cast('9999-12-31' as timestamp)) as runs_to,
        max(coalesce(runs_to, cast('9999-12-31' as timestamp))) over (
            partition by subscription_id order by runs_from, runs_to rows between unbounded preceding and 1 preceding
        ) as due_until
    from intermediate.subscription_version_run
    where status = 'past_due' and exists (select 1 from policy.revenue_set as p where p.past_due_days > 0)
),

numbered as (
    select
        *, sum(case when due_until >= runs_from then 0 else 1 end) over (
            partition by subscription_id order by runs_from, runs_to rows between unbounded preceding and current row
        ) as unbroken_no
    from due
),

unbroken as (
    select subscription_id, min(runs_from) as due_from, max(runs_to) as due_to
    from numbered
    group by subscription_id, unbroken_no
),

gone as (
    select
        p.policy_id, u.subscription_id, u.due_from + interval '1' day * p.past_due_days as gone_from, u.due_to as gone_to
    from unbroken as u
    join policy.revenue_set as p
        on p.past_due_days > 0 and u.due_from + interval '1' day * p.past_due_days < u.due_to
)

select
    policy_id, subscription_id, gone_from as counts_to,
    lag(gone_to, 1, cast('0001-01-01' as timestamp)) over (partition by policy_id, subscription_id order by gone_from)
        as counts_from
from gone
union all
select policy_id, subscription_id, cast('9999-12-31' as timestamp), max(gone_to)
from gone
group by policy_id, subscription_id
