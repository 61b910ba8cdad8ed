-- What agreed terms call for, up to now (`is_called`) and soon. `first_subscription_id`: the one a renewed term goes
-- back to; `is_waited_for`: its bill may still come in time; `is_running`: its service period is not over.
select
    e.expected_invoice_id, e.company_id, e.contract_id, e.subscription_id,
    coalesce(t.first_subscription_id, e.subscription_id) as first_subscription_id, e.currency, e.issue_on,
    cast(date_trunc('month', e.issue_on) as date) as month, e.period_start, e.period_end, e.amount,
    cast(e.issue_on as timestamp) < r.as_of as is_called,
    cast(e.issue_on as timestamp) + interval '1' day * w.match_days >= r.as_of as is_waited_for,
    coalesce(e.period_end > r.as_of, false) as is_running
from behaviour.called_for_invoice as e
cross join behaviour.invoice_window as w
cross join meta.run as r
left join behaviour.renewed_term as t on e.subscription_id = t.subscription_id
