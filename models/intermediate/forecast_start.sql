-- The instants from which ARR is forecast: as-of (`is_present`), and the ends of the months before it, where the forecast
-- is made again by what was known then, as far as the months it learns from lie before it. `first_no` is the first month
-- that is forecast.
select
    m.month_no, m.month, m.snapshot_at as made_at, m.valued_at, cast(m.snapshot_at as date) as made_on,
    m.month_no = max(m.month_no) over () as is_present,
    case when m.is_complete or m.valued_at = m.starts_at then m.month_no + 1 else m.month_no end as first_no
from intermediate.month as m
join policy.revenue as p on m.policy_id = p.policy_id
cross join policy.forecast as f
qualify m.month_no = max(m.month_no) over ()
    or (m.month_no >= max(m.month_no) over () - f.back_test_months
        and m.month_no >= min(m.month_no) over () + f.months_of_history)
