-- What one unit of a currency was worth in the reporting currency in a month, for each set of rules. `rate` is null where
-- nothing was quoted yet.
select policy_id, period_no as month_no, period as month, currency, rate, quoted_on, valued_on
from intermediate.period_rate
where grain = 'month'
