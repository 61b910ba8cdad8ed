with company as (
    select
        t.ancestor_id,
        c.*
    from intermediate.company_tree as t
    join marts.company_360 as c on t.company_id = c.company_id
),

total as (
    select
        ancestor_id as company_id,
        count(*) as company_count,
        count(*) filter (where customer_status in ('customer', 'canceled')) as customer_count,
        sum(mrr) as mrr_total,
        sum(arr) as arr_total,
        sum(overdue_amount) as overdue_amount_total,
        sum(overdue_count) as overdue_count_total,
        sum(open_opportunity_count) as open_opportunity_count_total,
        sum(open_pipeline_amount) as open_pipeline_amount_total,
        sum(weighted_pipeline_amount) as weighted_pipeline_amount_total,
        sum(nps_response_count) as nps_response_count_total,
        sum(csat_count) as csat_count_total,
        sum(ticket_count) as ticket_count_total,
        sum(open_ticket_count) as open_ticket_count_total,
        sum(open_severe_ticket_count) as open_severe_ticket_count_total
    from company
    group by ancestor_id
),

person as (
    -- Who has a job at the mother and at the daughter is one person of the mother's group.
    select t.ancestor_id as company_id, count(distinct j.contact_id) as contact_count_total
    from intermediate.company_tree as t
    join objects.job_role as j on t.company_id = j.company_id
    cross join meta.run as r
    where j.source_deleted_at is null and (j.ended_on is null or j.ended_on > r.as_of_on)
    group by t.ancestor_id
)

select
    c.company_id, c.name, c.parent_company_id, c.ultimate_parent_id, c.depth, c.is_in_parent_cycle,
    t.company_count, t.customer_count, c.currency, t.mrr_total, t.arr_total, t.overdue_amount_total,
    t.overdue_count_total, t.open_opportunity_count_total, t.open_pipeline_amount_total,
    t.weighted_pipeline_amount_total, t.nps_response_count_total, t.csat_count_total, t.ticket_count_total,
    t.open_ticket_count_total, t.open_severe_ticket_count_total,
    coalesce(p.contact_count_total, 0) as contact_count_total
from marts.company_360 as c
join total as t on c.company_id = t.company_id
left join person as p on c.company_id = p.company_id
