-- Invoices as sent; one that is past its due day and not paid in full is overdue.
select
    s.* exclude (status),
    case when s.status in ('open', 'partly_paid') and s.due_on < run.as_of_on then 'overdue' else s.status end as status
from sourced as s
cross join meta.run as run
