-- One row per customer and sign that is known: its value. A sign nothing is known of has no row.
with customer as (
    select s.company_id, s.customer_to
    from intermediate.company_status as s
    where s.customer_status in ('customer', 'canceled')
),

helpdesk as (
    -- Where tickets are delivered at all, a customer without any has none.
    select count(*) > 0 as is_known from marts.ticket_times
),

reading as (
    select
        s.company_id, s.factor,
        cast(s.value_at_from + s.per_day * date_diff('day', s.from_on, r.as_of_on) as double) as raw_value
    from intermediate.sign_spell as s
    cross join meta.run as r
    where s.from_on <= r.as_of_on and coalesce(s.to_on > r.as_of_on, true)
    union all
    select t.company_id, 'response_balance' as factor, t.answered_count / cast(t.sent_count as double) as raw_value
    from intermediate.company_touch as t
    cross join policy.health as p
    where t.sent_count >= p.response_messages
    union all
    select c.company_id, 'ticket_load' as factor, coalesce(t.recent_count, 0) as raw_value
    from customer as c
    join helpdesk as h on h.is_known
    left join intermediate.company_ticket as t on c.company_id = t.company_id
    union all
    select c.company_id, 'ticket_severity' as factor, coalesce(t.open_severe_count, 0) as raw_value
    from customer as c
    join helpdesk as h on h.is_known
    left join intermediate.company_ticket as t on c.company_id = t.company_id
    union all
    select company_id, 'csat' as factor, good_count / cast(good_count + bad_count as double) as raw_value
    from intermediate.company_ticket
    where good_count + bad_count > 0
    union all
    select
        company_id,
        'nps' as factor,
        100 * cast(promoter_count - detractor_count as double) / response_count as raw_value
    from intermediate.nps_current
    union all
    select company_id, 'champion_left' as factor, left_count / cast(champion_count as double) as raw_value
    from intermediate.company_champion
)

select r.company_id, r.factor, cast(round(r.raw_value, 6) as decimal(18, 6)) as raw_value
from reading as r
join customer as c on r.company_id = c.company_id
