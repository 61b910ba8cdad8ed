-- What happened with money, one row per thing: MRR that moved, notice given, renewals that came up, deals decided,
-- invoices not paid in time. `amount` is in the reporting currency: of what recurs for a year; what is lost is below 0.
with sort as (
    select unnest(['new', 'reactivation', 'expansion', 'contraction', 'churn']) as kind
),

moved as (
    select
        m.policy_id, m.company_id, m.day, m.currency, s.kind,
        case s.kind
            when 'new' then m.new when 'reactivation' then m.reactivation when 'expansion' then m.expansion
            when 'contraction' then -m.contraction else -m.churn
        end as mrr
    from marts.mrr_change_day as m
    join policy.revenue as p on m.policy_id = p.policy_id
    cross join sort as s
),

-- Who is replaced goes on; what ends on the day of the notice is told of as churn.
ending as (
    select s.subscription_id, s.company_id, s.canceled_at, s.cancel_reason, coalesce(s.cancel_at, s.ends_at) as gone_at
    from objects.subscription as s
    where s.canceled_at is not null and s.replaced_by_id is null and s.source_deleted_at is null
        and coalesce(cast(coalesce(s.cancel_at, s.ends_at) as date) > cast(s.canceled_at as date), true)
),

ending_worth as (
    select e.subscription_id, sum(i.net_mrr * x.rate) as mrr
    from ending as e
    join marts.mrr_item as i
        on e.subscription_id = i.subscription_id and e.canceled_at >= i.runs_from
        and coalesce(e.canceled_at < i.runs_to, true)
    join policy.revenue as p on i.policy_id = p.policy_id
    left join intermediate.present_rate as x on i.currency = x.currency
    group by e.subscription_id
)

select
    m.company_id, m.day as happened_on, m.kind, 'mrr_change_day' as object,
    m.company_id || '/' || strftime(m.day, '%Y-%m-%d') || '/' || m.currency as object_id,
    cast(round(12 * m.mrr * x.rate, 2) as decimal(18, 4)) as amount, '' as words
from moved as m
left join intermediate.period_rate as x
    on m.policy_id = x.policy_id and x.grain = 'day' and m.day = x.period and m.currency = x.currency
where m.mrr <> 0
union all
select
    e.company_id, cast(e.canceled_at as date) as happened_on, 'notice' as kind, 'subscription' as object,
    e.subscription_id as object_id, cast(round(-12 * w.mrr, 2) as decimal(18, 4)) as amount,
    coalesce(' It ends on ' || strftime(e.gone_at, '%-d %b %Y') || '.', '')
    || coalesce(' Reason: ' || replace(e.cancel_reason, '_', ' ') || '.', '') as words
from ending as e
left join ending_worth as w on e.subscription_id = w.subscription_id
union all
select
    company_id, renews_on as happened_on, 'renewal_' || status as kind, 'renewal' as object, renewal_id as object_id,
    cast(round(case status when 'lost' then -12 else 12 end * base_mrr_reporting, 2) as decimal(18, 4)) as amount,
    '' as words
from marts.renewal
where has_come_up and status <> 'open'
union all
select
    o.company_id, o.closed_on as happened_on, 'deal_' || o.status as kind, 'opportunity' as object,
    o.opportunity_id as object_id,
    cast(round(case o.status when 'lost' then -1 else 1 end * o.amount_reporting, 2) as decimal(18, 4)) as amount,
    ' ' || t.title || '.' || coalesce(' Reason: ' || t.lost_reason || '.', '') as words
from intermediate.opportunity_value as o
join objects.opportunity as t on o.opportunity_id = t.opportunity_id
where o.status in ('won', 'lost')
union all
select
    i.company_id, i.due_on + 1 as happened_on, 'overdue' as kind, 'invoice' as object, i.invoice_id as object_id,
    cast(round(-i.total * x.rate, 2) as decimal(18, 4)) as amount, coalesce(' Invoice ' || i.number || '.', '') as words
from objects.invoice as i
left join intermediate.present_rate as x on i.currency = x.currency
where i.status not in ('draft', 'scheduled', 'void') and not coalesce(i.is_generated, false)
    and coalesce(cast(i.paid_at as date) > i.due_on, i.status <> 'paid') and i.source_deleted_at is null
