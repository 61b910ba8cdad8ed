-- What was committed and since when, for past months: `stays` while it runs and is not known to end, `signed` from the day
-- the subscription was made to the day it starts. Spans of an item that follow each other are one: a change of its price or
-- discount is no end. An end is known from `canceled_at` on; where nobody gave notice, a fixed end is known from the start,
-- and every other (a change of status, too long past due, a record dropped) when it comes. A line of an invoice is never
-- known to end.
with placed as (
    select
        *, max(coalesce(runs_to, cast('9999-12-31' as timestamp))) over (
            partition by policy_id, company_id, unit_id, currency, subscription_id, item
            order by runs_from, runs_to rows between unbounded preceding and 1 preceding
        ) as ran_until
    from intermediate.revenue_item_span
    where invoice_line_id is null
),

numbered as (
    select
        *, sum(case when ran_until >= runs_from then 0 else 1 end) over (
            partition by policy_id, company_id, unit_id, currency, subscription_id, item
            order by runs_from, runs_to rows between unbounded preceding and current row
        ) as unbroken_no
    from placed
),

unbroken as (
    select
        policy_id, company_id, unit_id, currency, subscription_id, item, unbroken_no, min(runs_from) as unbroken_from,
        max(coalesce(runs_to, cast('9999-12-31' as timestamp))) as unbroken_to
    from numbered
    group by policy_id, company_id, unit_id, currency, subscription_id, item, unbroken_no
),

fixed as (
    select distinct subscription_id, item, valid_to from objects.subscription_version where valid_to is not null
),

known as (
    select
        u.*, case when u.unbroken_from <= s.starts_at then least(s.created_at, u.unbroken_from) else u.unbroken_from end
            as known_from,
        case
            when s.canceled_at is not null then least(s.canceled_at, u.unbroken_to)
            when v.subscription_id is not null then u.unbroken_to
            when f.subscription_id is not null or u.unbroken_to in (s.ends_at, s.cancel_at)
                then cast('0001-01-01' as timestamp)
            else u.unbroken_to
        end as known_to
    from unbroken as u
    join objects.subscription as s on u.subscription_id = s.subscription_id
    left join (select distinct subscription_id, item, runs_from from intermediate.subscription_version_run) as v
        on u.subscription_id = v.subscription_id and u.item = v.item and u.unbroken_to = v.runs_from
    left join fixed as f
        on u.subscription_id = f.subscription_id and u.item = f.item and u.unbroken_to = f.valid_to
)

select
    n.policy_id, n.company_id, n.unit_id, n.currency, 'stays' as state, n.runs_from,
    least(coalesce(n.runs_to, k.known_to), k.known_to) as runs_to, n.net_mrr
from numbered as n
join known as k
    on n.policy_id = k.policy_id and n.company_id = k.company_id and n.unit_id = k.unit_id and n.currency = k.currency
    and n.subscription_id = k.subscription_id and n.item = k.item and n.unbroken_no = k.unbroken_no
where n.runs_from < k.known_to
union all
select
    n.policy_id, n.company_id, n.unit_id, n.currency, 'signed', k.known_from, least(k.unbroken_from, k.known_to), n.net_mrr
from numbered as n
join known as k
    on n.policy_id = k.policy_id and n.company_id = k.company_id and n.unit_id = k.unit_id and n.currency = k.currency
    and n.subscription_id = k.subscription_id and n.item = k.item and n.unbroken_no = k.unbroken_no
where n.runs_from = k.unbroken_from and k.known_from < least(k.unbroken_from, k.known_to)
union all
select policy_id, company_id, unit_id, currency, 'stays', runs_from, runs_to, net_mrr
from intermediate.revenue_item_span
where invoice_line_id is not null
