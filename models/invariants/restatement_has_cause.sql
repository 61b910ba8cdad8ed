-- Every restated number of a closed month has a cause that was found.
-- severity: warn
select metric, dimension, member, period, publication, said, says
from marts.restatement
where cause = 'no cause found'
