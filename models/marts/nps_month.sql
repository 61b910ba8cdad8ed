select
    month,
    segment,
    promoter_count,
    passive_count,
    detractor_count,
    response_count,
    nps_score,
    nps_low,
    nps_high
from marts.nps_score
where span = 'month'
