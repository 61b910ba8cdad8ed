-- One row per company and day on which licences in use were read: what the day's last reading says, until the next.
with newest as (
    select m.company_id, cast(m.read_at as date) as read_on, m.read_at, m.metric_reading_id, m.value
    from objects.metric_reading as m
    join policy.usage_seat_metrics as s on m.metric = s.value
    cross join meta.run as r
    where m.subject_type = 'company' and m.company_id is not null and m.read_at < r.as_of and m.source_deleted_at is null
    qualify row_number() over (
        partition by m.company_id, cast(m.read_at as date)
        order by m.read_at desc, m.metric asc, m.metric_reading_id desc
    ) = 1
)

select *, lead(read_on) over (partition by company_id order by read_on) as next_on
from newest
