-- One row per company as its owner has it: their team, and whether it is a customer, comes up for renewal, is not
-- touched. A company that nobody owns is nobody's, in nobody's team.
select
    coalesce(c.owner_id, 'nobody') as team_member_id,
    case when c.owner_id is null then 'Nobody' else coalesce(c.owner_name, 'Nobody') end as owner_name,
    case when c.owner_id is null then 'nobody' else coalesce(m.team, 'not stated') end as team,
    c.csm_id,
    c.csm_name,
    c.company_id,
    c.name as company_name,
    r.as_of_on as as_of,
    c.customer_status,
    c.customer_to,
    c.customer_status in ('customer', 'canceled') as is_customer,
    c.currency,
    c.arr,
    c.health_score,
    c.health_band,
    c.health_reasons,
    c.renewal_on,
    coalesce(date_diff('day', r.as_of_on, c.renewal_on) <= p.renewal_days, false) as is_renewing,
    c.overdue_amount,
    c.overdue_days,
    c.weighted_pipeline_amount,
    c.open_severe_ticket_count,
    c.champion_names,
    c.last_touch_at,
    date_diff('day', cast(c.last_touch_at as date), r.as_of_on) as days_untouched,
    coalesce(date_diff('day', cast(c.last_touch_at as date), r.as_of_on) > p.untouched_days, true) as is_untouched
from marts.company_360 as c
cross join meta.run as r
cross join policy.portfolio as p
left join objects.team_member as m on c.owner_id = m.team_member_id
