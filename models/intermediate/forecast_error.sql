-- Past forecasts beside what came: those whose month is over. The error is told as a share of what was forecast.
select
    o.month_no, o.made_on, o.horizon, o.month, s.first_no + o.horizon - 1 as target_no, o.arr as forecast,
    b.closing as actual,
    cast(round(cast(b.closing - o.arr as double) / nullif(cast(o.arr as double), 0), 9) as decimal(38, 12)) as relative_error
from intermediate.arr_outlook as o
join intermediate.forecast_start as s on o.month_no = s.month_no
join policy.revenue as p on not o.is_present
join marts.arr_bridge as b on p.policy_id = b.policy_id and o.month = b.month and b.is_complete
