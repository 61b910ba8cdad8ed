-- One row per rating of our help by the as-of instant: of a ticket, or an answer to a satisfaction or effort survey. What
-- a person says of a ticket that is rated already is the same opinion once more.
with rated as (
    select
        ticket_id, company_id, cast(coalesce(solved_at, opened_at) as date) as rated_on,
        case when csat = 'good' then 1 else 0 end as good_count
    from marts.ticket_times
    where csat in ('good', 'bad')
)

select 'csat' as survey_type, company_id, rated_on, good_count, 0 as neutral_count, 1 - good_count as bad_count
from rated
union all
select
    a.survey_type, a.company_id, cast(a.answered_at as date) as rated_on, a.good_count, a.neutral_count, a.bad_count
from marts.survey_answer as a
left join rated as t on a.ticket_id = t.ticket_id and a.survey_type = 'csat'
where t.ticket_id is null
