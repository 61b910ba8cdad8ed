-- MRR is never below 0, and discounts never raise it.
select *
from marts.mrr_movement
where opening < 0 or closing < 0 or gross_mrr < closing
