-- Promoters, passives and detractors together are everyone who answered.
select month, segment, promoter_count, passive_count, detractor_count, response_count
from marts.nps_month
where promoter_count + passive_count + detractor_count <> response_count
