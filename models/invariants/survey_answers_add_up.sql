-- In every month of every kind of survey the segments add up to all of them, and good, neutral and bad to the answers.
with segment as (
    select
        month,
        survey_type,
        sum(case when segment = '(all)' then -1 else 1 end * response_count) as responses_off,
        sum(case when segment = '(all)' then -1 else 1 end * good_count) as good_off,
        sum(case when segment = '(all)' then -1 else 1 end * bad_count) as bad_off,
        sum(case when segment = '(all)' then -1 else 1 end * score_sum) as score_off,
        sum(response_count - good_count - neutral_count - bad_count) as kinds_off
    from marts.survey_month
    group by month, survey_type
)

select *
from segment
where responses_off <> 0 or good_off <> 0 or bad_off <> 0 or score_off <> 0 or kinds_off <> 0
