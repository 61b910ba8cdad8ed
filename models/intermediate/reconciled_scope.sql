-- The months for which all calls are known: the whole ones of the window in which agreed terms call for invoices, and the
-- one that is not over.
select
    cast(date_trunc('month', w.window_from + interval '1' month - interval '1' microsecond) as date) as first_month,
    cast(date_trunc('month', r.as_of - interval '1' microsecond) as date) as last_month
from behaviour.invoice_window as w
cross join meta.run as r
