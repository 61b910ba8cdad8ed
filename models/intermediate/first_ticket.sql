-- One row: when the first ticket was opened, so that the calendar of business days begins there.
select min(t.opened_at) as first_opened_at
from objects.ticket as t
cross join meta.run as r
where t.opened_at <= r.as_of
