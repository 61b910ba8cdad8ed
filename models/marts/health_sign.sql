select company_id, factor, from_on, to_on, value_at_from, per_day
from intermediate.sign_spell
