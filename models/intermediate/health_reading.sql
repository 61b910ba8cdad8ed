-- One row per customer and sign that is known: its value on the as-of day. A sign nothing is known of has no row.
select
    s.company_id, s.factor,
    cast(s.value_at_from + s.per_day * date_diff('day', s.from_on, r.as_of_on) as decimal(18, 6)) as raw_value
from intermediate.sign_spell as s
cross join meta.run as r
where s.from_on <= r.as_of_on and coalesce(s.to_on > r.as_of_on, true)
