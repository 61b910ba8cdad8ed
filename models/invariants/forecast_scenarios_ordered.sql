-- The pessimistic forecast of a month is at most the base one, and that at most the optimistic one.
select b.month, p.arr as pessimistic, b.arr as base, o.arr as optimistic
from marts.arr_forecast as b
join marts.arr_forecast as p on b.month = p.month and p.scenario = 'pessimistic'
join marts.arr_forecast as o on b.month = o.month and o.scenario = 'optimistic'
where b.scenario = 'base' and (p.arr > b.arr or b.arr > o.arr)
