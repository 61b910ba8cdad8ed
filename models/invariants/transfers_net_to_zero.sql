-- What members of a dimension hand over in a month is what others take over, in money and in customers.
select
    policy_id, dimension, month, sum(transfer_in) as transfer_in, sum(transfer_out) as transfer_out,
    sum(customers_transferred_in) as customers_in, sum(customers_transferred_out) as customers_out
from marts.bridge_cut
group by policy_id, dimension, month
having sum(transfer_in) <> sum(transfer_out)
    or sum(customers_transferred_in) <> sum(customers_transferred_out)
    or min(transfer_in) < 0
    or min(transfer_out) < 0
