-- What the tops of all groups come to is what the companies in groups come to.
with grouped as (
    select
        sum(mrr_total) as mrr, sum(arr_total) as arr, sum(overdue_amount_total) as overdue_amount,
        sum(overdue_count_total) as overdue_count, sum(open_opportunity_count_total) as open_opportunity_count,
        sum(open_pipeline_amount_total) as open_pipeline_amount,
        sum(weighted_pipeline_amount_total) as weighted_pipeline_amount,
        sum(nps_response_count_total) as nps_response_count, sum(csat_count_total) as csat_count,
        sum(ticket_count_total) as ticket_count, sum(open_ticket_count_total) as open_ticket_count,
        sum(open_severe_ticket_count_total) as open_severe_ticket_count, coalesce(sum(company_count), 0) as company_count
    from marts.company_group
    where company_id = ultimate_parent_id
),

alone as (
    select
        sum(c.mrr) as mrr, sum(c.arr) as arr, sum(c.overdue_amount) as overdue_amount,
        sum(c.overdue_count) as overdue_count, sum(c.open_opportunity_count) as open_opportunity_count,
        sum(c.open_pipeline_amount) as open_pipeline_amount,
        sum(c.weighted_pipeline_amount) as weighted_pipeline_amount,
        sum(c.nps_response_count) as nps_response_count, sum(c.csat_count) as csat_count,
        sum(c.ticket_count) as ticket_count, sum(c.open_ticket_count) as open_ticket_count,
        sum(c.open_severe_ticket_count) as open_severe_ticket_count, count(*) as company_count
    from marts.company_360 as c
    join marts.company_group as g on c.company_id = g.company_id
)

select *
from grouped
except
select *
from alone
