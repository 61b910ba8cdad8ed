-- A health score lies within 0 and 100, has a band exactly when there is a score, and coverage lies within 0 and 1.
select *
from marts.health_score
where score < 0 or score > 100 or coverage < 0 or coverage > 1 or (score is null) <> (band is null)
