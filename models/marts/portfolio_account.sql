with renewing as (
    select
        company_id, renews_on, sum(base_mrr_reporting) as mrr, sum(base_forecast_reporting) as forecast_mrr,
        min(notice_on) as notice_on
    from marts.renewal
    where status = 'open'
    group by company_id, renews_on
),

work as (
    select
        company_id, min(due_on) as next_task_on, count(*) as task_count,
        count(*) filter (where days_late > 0) as late_task_count
    from marts.work_due
    where company_id is not null
    group by company_id
),

joined as (
    select
        a.*, 12 * n.mrr as renewing_arr, n.notice_on,
        cast(round(n.forecast_mrr / nullif(n.mrr, 0), 4) as decimal(38, 12)) as renewal_likelihood,
        coalesce(w.task_count, 0) as task_count, coalesce(w.late_task_count, 0) as late_task_count, w.next_task_on,
        h.change_30d as health_change_30d, h.main_cause as health_cause,
        r.next_touch_at, r.champion_left_name, r.champion_left_on,
        coalesce(r.is_single_threaded, false) as is_single_threaded
    from intermediate.account as a
    left join renewing as n on a.company_id = n.company_id and a.renewal_on = n.renews_on
    left join work as w on a.company_id = w.company_id
    left join marts.relationship as r on a.company_id = r.company_id
    left join marts.health_score as h on a.company_id = h.company_id
),

-- The worst first: what ends it, what is owed, how it goes, then what only may become a risk.
judged as (
    select
        j.*,
        case
            when not j.is_customer then null
            when j.customer_status = 'canceled' then 'notice'
            when j.overdue_amount > 0 and j.overdue_days >= p.overdue_days then 'overdue'
            when j.health_band = 'at_risk' then 'health'
            when j.champion_left_on is not null and j.champion_names is null then 'champion'
            when j.open_severe_ticket_count > 0 then 'tickets'
            when j.is_untouched then 'untouched'
            when j.health_band = 'needs_attention' then 'attention'
            when j.is_single_threaded then 'single_thread'
        end as risk
    from joined as j
    cross join policy.portfolio as p
),

worded as (
    select
        company_id,
        'Gave notice' || coalesce('; ends on ' || strftime(customer_to, '%-d %b %Y'), '') || '.' as notice,
        format('{:,.2f}', cast(round(overdue_amount, 2) as double)) || ' ' || currency
        || ' overdue, the oldest for ' || overdue_days || case overdue_days when 1 then ' day.' else ' days.' end as overdue,
        'Health ' || cast(cast(round(health_score) as bigint) as varchar) || ' of 100'
        || coalesce(': ' || health_reasons, '') || '.' as health,
        'Champion ' || champion_left_name || ' left on ' || strftime(champion_left_on, '%-d %b %Y')
        || '; there is no other.' as champion,
        open_severe_ticket_count
        || case open_severe_ticket_count when 1 then ' severe ticket is' else ' severe tickets are' end
        || ' open.' as tickets,
        coalesce('Nobody was in touch for ' || days_untouched || ' days.', 'Nobody was ever in touch.') as untouched
    from judged
)

select
    j.* exclude (
        customer_to, open_severe_ticket_count, champion_names, champion_left_name, champion_left_on, is_single_threaded
    ),
    case j.risk
        when 'notice' then w.notice when 'overdue' then w.overdue when 'champion' then w.champion
        when 'tickets' then w.tickets when 'untouched' then w.untouched when 'health' then w.health
        when 'attention' then w.health when 'single_thread' then 'It hangs by one person.'
    end as risk_words
from judged as j
join worded as w on j.company_id = w.company_id
