-- What one unit of a currency is worth in the reporting currency now: the rate of the as-of month.
select currency, rate
from intermediate.month_rate
qualify month_no = max(month_no) over ()
