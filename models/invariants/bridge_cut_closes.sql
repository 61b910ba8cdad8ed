-- In every cut of the bridge, closing is opening plus the movements and transfers, in money and in customers.
select *
from marts.bridge_cut
where closing <> opening + new + reactivation + expansion - contraction - churn + fx + transfer_in - transfer_out
    or customers_closing <> customers_opening + customers_new + customers_reactivated - customers_churned
    + customers_transferred_in - customers_transferred_out
