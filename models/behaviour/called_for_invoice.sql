-- What agreed terms call for. One agreement calls once: its contract's own payment schedule goes before the billing periods
-- of its subscriptions, for as long as the contract runs; these go before the contract's value in equal parts. Outside
-- the contract's term, or once it is called off, the subscription calls by itself.
with billed as (
    select
        subscription_id, company_id, contract_id, currency, period_start, period_end, sum(amount) as amount,
        min(source_system) as source_system, min(source_record_id) as source_record_id, max(loaded_at) as loaded_at
    from behaviour.billing_period
    group by subscription_id, company_id, contract_id, currency, period_start, period_end
),

-- A period belongs to the contract's term when it begins in it, give or take the days that bill and call may be apart.
covered as (
    select distinct b.subscription_id, b.period_start
    from billed as b
    join behaviour.agreement_link as l on b.subscription_id = l.subscription_id
    join behaviour.scheduled_term as t on l.contract_id = t.contract_id
    cross join behaviour.invoice_window as w
    where cast(b.period_start + interval '1' day * w.match_days as date) >= t.covers_from
        and cast(b.period_start + interval '1' day * w.match_days as date) < t.covers_to
),

subscribed as (
    select
        'subscription:' || b.subscription_id || ':' || strftime(b.period_start, '%Y-%m-%dT%H:%M:%S') || ':' || b.currency
        || ':' || strftime(b.period_end, '%Y-%m-%d') as expected_invoice_id,
        b.company_id, b.contract_id, b.subscription_id, cast(b.period_start as date) as issue_on, b.period_start,
        b.period_end, b.currency, cast(b.amount - coalesce(r.reduction, 0) as decimal(18, 4)) as amount,
        b.source_system, b.source_record_id, b.loaded_at
    from billed as b
    left join behaviour.period_reduction as r on b.subscription_id = r.subscription_id and b.currency = r.currency
        and b.period_start = r.period_start and b.period_end = r.period_end
    left join covered as c on b.subscription_id = c.subscription_id and b.period_start = c.period_start
    where c.subscription_id is null
),

everything as (
    select *, false as is_by_due_day from subscribed
    where amount > 0
    union all by name
    select * from behaviour.scheduled_call
    union all by name
    select *, false as is_by_due_day from behaviour.contract_instalment
)

select
    e.*, e.issue_on >= cast(w.window_from as date) and e.issue_on < cast(w.window_to as date) as is_in_window
from everything as e
cross join behaviour.invoice_window as w
where greatest(cast(e.issue_on as timestamp), coalesce(e.period_end, cast(e.issue_on as timestamp))) > w.reach_from
    and cast(e.issue_on as timestamp) < w.window_to
