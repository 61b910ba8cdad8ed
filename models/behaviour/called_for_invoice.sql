-- What payment schedules, billing intervals of subscriptions, and of contracts that have neither, call for.
with reduced as (
    select
        p.subscription_id, p.company_id, p.contract_id, p.currency, p.period_start, p.period_end, p.item, p.amount,
        min(p.source_system) as source_system, min(p.source_record_id) as source_record_id,
        max(p.loaded_at) as loaded_at,
        case when max(d.percent_off) >= 100 then 0
            else coalesce(round(exp(sum(ln(1 - case when d.percent_off < 100 then d.percent_off end / 100))), 12), 1)
        end as kept,
        coalesce(sum(d.amount_off) filter (where d.item is not null and coalesce(d.currency, p.currency) = p.currency), 0)
            as own_off,
        coalesce(sum(d.amount_off) filter (where d.item is null and coalesce(d.currency, p.currency) = p.currency), 0)
            as shared_off
    from behaviour.billing_period as p
    left join objects.subscription_discount as d on p.subscription_id = d.subscription_id
        and coalesce(d.item, p.item) = p.item
        and p.period_start >= d.starts_at and (d.ends_at is null or p.period_start < d.ends_at)
    group by p.subscription_id, p.company_id, p.contract_id, p.currency, p.period_start, p.period_end, p.item, p.amount
),

subscribed as (
    select
        'subscription:' || subscription_id || ':' || strftime(period_start, '%Y-%m-%dT%H:%M:%S') || ':' || currency
        || ':' || strftime(period_end, '%Y-%m-%d') as expected_invoice_id,
        company_id, contract_id, subscription_id, cast(period_start as date) as issue_on, period_start, period_end, currency,
        cast(greatest(
            sum(greatest(cast(amount * cast(kept as decimal(13, 12)) as decimal(38, 12)) - own_off, 0)) - max(shared_off), 0
        ) as decimal(18, 4)) as amount,
        min(source_system) as source_system, min(source_record_id) as source_record_id, max(loaded_at) as loaded_at
    from reduced
    group by all
),

scheduled as (
    select
        'schedule:' || s.contract_payment_schedule_id as expected_invoice_id, c.company_id, s.contract_id,
        cast(s.due_on - interval '1' day * coalesce(c.due_days, b.due_days) as date) as issue_on, s.due_on,
        coalesce(s.currency, c.currency) as currency, s.amount, s.source_system, s.source_record_id, s.loaded_at
    from objects.contract_payment_schedule as s
    join objects.contract as c on s.contract_id = c.contract_id
    cross join policy.behaviour as b
    where b.expected_invoices and s.source_deleted_at is null and c.source_deleted_at is null
        and c.signed_on is not null and c.company_id is not null
        and (c.cancel_on is null or s.due_on < c.cancel_on)
)

select * from subscribed
where amount > 0 and (contract_id is null or contract_id not in (select s.contract_id from scheduled as s))
union all by name
select * from scheduled where currency is not null
union all by name
select * from behaviour.contract_instalment
