-- Calls and the invoices that may answer them by their days alone, since one of the two has no service period: by the day
-- of issue, or the due day where that is the fact. `party`: within whom the days are put in order, a subscription, a
-- contract or an amount of a company (rank 3), payments of a schedule apart from what has a service period.
with call as (
    select
        e.*, case when e.is_by_due_day then e.due_on else e.issue_on end as called_on,
        case when e.period_start is not null then ':period' when e.is_by_due_day then ':due' else ':issue' end as kind
    from behaviour.called_for_invoice as e
),

bill as (
    select i.*, coalesce(s.has_stretch, false) as has_stretch, b.rank, b.party
    from behaviour.answering_invoice as i
    join behaviour.bill_party as b on i.invoice_id = b.invoice_id and b.stretch_id is null
    left join (select distinct invoice_id, true as has_stretch from behaviour.billed_stretch) as s
        on i.invoice_id = s.invoice_id
),

pair as (
    select
        e.expected_invoice_id, i.invoice_id, i.rank, i.party || ':' || e.currency || e.kind as party, e.issue_on,
        e.called_on,
        case when e.is_by_due_day then i.due_on else i.issued_on end as billed_on,
        case when i.amount = e.amount then 0 else 1 end as is_other_amount
    from bill as i
    join behaviour.call_party as p on i.party = p.party and i.currency = p.currency
    join call as e on p.expected_invoice_id = e.expected_invoice_id
    where (i.is_recurring or e.subscription_id is null) and (e.period_start is null or not i.has_stretch)
    union all
    select
        e.expected_invoice_id, i.invoice_id, 3 as rank, i.party || ':' || e.amount || ':' || e.currency || e.kind as party,
        e.issue_on, e.called_on, case when e.is_by_due_day then i.due_on else i.issued_on end as billed_on,
        0 as is_other_amount
    from bill as i
    join call as e on i.company_id = e.company_id and i.currency = e.currency and i.amount = e.amount
    where i.rank = 3 and (e.period_start is null or not i.has_stretch)
)

select
    p.expected_invoice_id, p.invoice_id, p.rank, p.party, p.called_on, p.billed_on, p.issue_on <= w.as_of_on as is_due,
    date_diff('day', p.called_on, p.billed_on) as days_late, p.is_other_amount
from pair as p
cross join behaviour.invoice_window as w
where abs(date_diff('day', p.called_on, p.billed_on)) <= w.match_days
