-- The parts of an ARR forecast sum to it exactly.
select *
from marts.arr_forecast
where arr <> running + renewals + new_business + further_business + expected_loss + expected_expansion
