-- The months of promises together hold every promise that was kept or broken, once.
with summed as (
    select coalesce(sum(met_count), 0) as met, coalesce(sum(missed_count), 0) as missed from marts.sla_month
),

counted as (
    select
        count(*) filter (where state = 'met') as met,
        count(*) filter (where state in ('missed', 'overdue')) as missed
    from marts.ticket_sla
)

select s.met as met_in_months, c.met as met_promises, s.missed as missed_in_months, c.missed as missed_promises
from summed as s
cross join counted as c
where s.met <> c.met or s.missed <> c.missed
