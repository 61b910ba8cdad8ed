-- Closing MRR is opening plus the movements, per company and currency, and within a currency nothing is revalued.
select *
from marts.mrr_movement
where closing <> opening + new + reactivation + expansion - contraction - churn + fx or fx <> 0
