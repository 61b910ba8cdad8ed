-- The months of the business for each set of rules, numbered without a gap.
select policy_id, period_no as month_no, period as month, starts_at, ends_at, valued_at, snapshot_at,
    snapshot_on, is_complete
from intermediate.period
where grain = 'month'
