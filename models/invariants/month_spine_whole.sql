-- The months follow each other without a gap and end with the month in which the run's as-of falls.
with placed as (
    select
        m.month_no, m.month, m.starts_at, m.ends_at, m.snapshot_at,
        lag(m.month_no) over (order by m.month_no) as previous_no,
        lead(m.starts_at) over (order by m.month_no) as next_starts_at,
        run.as_of
    from intermediate.month as m
    cross join meta.run as run
)

select *
from placed
where month_no <> previous_no + 1
    or next_starts_at <> ends_at
    or (next_starts_at is null and not (starts_at < as_of and as_of <= ends_at and snapshot_at = as_of))
