-- Promoters, passives and detractors together are everyone who answered.
select span, month, segment, promoter_count, passive_count, detractor_count, response_count
from marts.nps_score
where promoter_count + passive_count + detractor_count <> response_count
