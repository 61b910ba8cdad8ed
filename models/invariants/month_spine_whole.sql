-- The months follow each other without a gap, each valued at its end, as-of or first instant; as-of falls into the last.
with placed as (
    select
        m.policy_id, m.month_no, m.month, m.starts_at, m.ends_at, m.snapshot_at, p.snapshot,
        lag(m.month_no) over (partition by m.policy_id order by m.month_no) as previous_no,
        lead(m.starts_at) over (partition by m.policy_id order by m.month_no) as next_starts_at,
        run.as_of
    from intermediate.month as m
    join policy.revenue_set as p on m.policy_id = p.policy_id
    cross join meta.run as run
)

select *
from placed
where month_no <> previous_no + 1
    or next_starts_at <> ends_at
    or (next_starts_at is null and not (starts_at < as_of and as_of <= ends_at))
    or snapshot_at <> case when snapshot = 'first_instant' then starts_at else least(ends_at, as_of) end
