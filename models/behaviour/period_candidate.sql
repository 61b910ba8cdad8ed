-- Calls and the service periods of invoices that they may be answered by. `fits`: each is for more than half of the other;
-- `covers`: the invoice is for more than half of the call's period, and of others beside; `is_in`: it lies in the call's.
with party as (
    select expected_invoice_id, currency, rank, party from behaviour.call_party
    union all
    select expected_invoice_id, currency, 3 as rank, 'company:' || company_id as party from behaviour.called_for_invoice
),

pair as (
    select distinct
        e.expected_invoice_id, s.invoice_id, s.stretch_id, b.rank,
        abs(date_diff('day', e.issue_on, s.issued_on)) as days_apart,
        case when s.amount = e.amount then 0 else 1 end as is_other_amount,
        date_diff('second', greatest(e.period_start, s.period_start), least(e.period_end, s.period_end)) as shared,
        date_diff('second', e.period_start, e.period_end) as called,
        date_diff('second', s.period_start, s.period_end) as billed
    from behaviour.billed_stretch as s
    join behaviour.bill_party as b on s.stretch_id = b.stretch_id
    join party as p on b.party = p.party and b.currency = p.currency and b.rank = p.rank
    join behaviour.called_for_invoice as e on p.expected_invoice_id = e.expected_invoice_id
        and s.period_start < e.period_end and s.period_end > e.period_start
    where b.rank < 3 or not b.is_named or s.amount = e.amount
)

select
    expected_invoice_id, invoice_id, stretch_id, rank, days_apart, is_other_amount, shared,
    case
        when 2 * shared > called and 2 * shared > billed then 'fits' when 2 * shared > called then 'covers' else 'is_in'
    end as kind
from pair
where (2 * shared > called or 2 * shared > billed) and (rank < 3 or (2 * shared > called and 2 * shared > billed))
