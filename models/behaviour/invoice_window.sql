-- The one window in which agreed terms call for invoices (none where the rule is off): a call stands in it by the day on
-- which its invoice should be issued. Calls of a little before (from `reach_from` on) are worked out too, so that their
-- late bills answer them and not the first calls of the window.
select
    cast(r.as_of - interval '1' month * b.expected_invoice_months_back as timestamp) as window_from,
    cast(r.as_of + interval '1' month * b.expected_invoice_months_ahead as timestamp) as window_to,
    cast(
        r.as_of - interval '1' month * b.expected_invoice_months_back
        - interval '1' day * b.expected_invoice_match_days as timestamp
    ) as reach_from,
    b.expected_invoice_months_back + b.expected_invoice_months_ahead as window_months,
    b.expected_invoice_match_days as match_days, b.due_days, r.as_of_on
from policy.behaviour as b
cross join meta.run as r
where b.expected_invoices
