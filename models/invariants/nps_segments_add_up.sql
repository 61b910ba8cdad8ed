-- The segments of a month together are everybody of that month, in either span.
select span, month, sum(case when segment = '(all)' then response_count else -response_count end) as difference
from marts.nps_score
group by span, month
having sum(case when segment = '(all)' then response_count else -response_count end) <> 0
    or sum(case when segment = '(all)' then promoter_count else -promoter_count end) <> 0
    or sum(case when segment = '(all)' then detractor_count else -detractor_count end) <> 0
