-- Closing ARR is opening plus the movements; closing customers are opening plus new and reactivated less churned.
select *
from marts.arr_bridge
where closing <> opening + new + reactivation + expansion - contraction - churn + fx
    or customers_closing <> customers_opening + customers_new + customers_reactivated - customers_churned
