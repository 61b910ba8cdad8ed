with added as (
    select
        company_id, kind, sum(log_odds) as log_odds,
        string_agg(
            words || ' (×'
                || cast(cast(round(exp(cast(log_odds as double)), 1) as decimal(18, 1)) as varchar)
            || ')', ', '
            order by place
        ) filter (where log_odds >= 0.1 and likelier_place <= 3) as reasons
    from (
        select
            *,
            row_number() over (partition by company_id, kind order by log_odds desc, place asc) as likelier_place
        from marts.risk_reason
    ) as r
    group by company_id, kind
),

learned as (
    select kind, max(intercept) as intercept
    from intermediate.risk_weight
    group by kind
),

asked as (
    select
        h.company_id, m.kind, h.as_of, h.owner_id, h.arr, h.currency, h.coverage, m.state as model_state,
        m.words as model_words,
        m.base_rate, m.horizon_days
    from marts.health_score as h
    cross join marts.risk_model as m
),

placed as (
    select
        a.*, s.notice_on, d.reasons,
        case
            when s.notice_on is not null then 'gave_notice'
            when not coalesce(s.is_paying, true) then 'not_paying'
            when a.model_state <> 'learned' then a.model_state
            when s.score is null then 'unknown_signs'
            else 'scored'
        end as state,
        round(1 / (1 + exp(-(l.intercept + cast(d.log_odds as double)))), 4) as said
    from asked as a
    left join intermediate.risk_snapshot as s on a.company_id = s.company_id and a.as_of = s.day_on
    left join added as d on a.company_id = d.company_id and a.kind = d.kind
    left join learned as l on a.kind = l.kind
),

ranked as (
    select
        *,
        case when state = 'scored' then said end as probability,
        ntile(10) over (partition by kind, state order by said desc, company_id asc) as tenth
    from placed
)

select
    company_id, kind, as_of, owner_id, arr, currency, state, probability, base_rate, reasons,
    case when state = 'scored' then tenth end as decile,
    case state
        when 'scored' then cast(cast(round(100 * probability, 1) as decimal(18, 1)) as varchar) || ' % likely to '
            || case kind when 'churn' then 'be lost' else 'pay more' end || ' within ' || cast(horizon_days as varchar)
            || ' days; the usual is ' || cast(cast(round(100 * base_rate, 1) as decimal(18, 1)) as varchar) || ' %.'
        when 'gave_notice' then 'Gave notice on ' || cast(notice_on as varchar) || ': no probability is given.'
        when 'not_paying' then 'Pays nothing at present: no probability is given.'
        when 'no_better' then 'What was learned tells no more than the usual '
            || cast(cast(round(100 * base_rate, 1) as decimal(18, 1)) as varchar) || ' %: no probability is given.'
        when 'unknown_signs' then 'Too little is known of it (' || cast(cast(round(100 * coverage) as bigint) as varchar)
            || ' % of what the signs weigh): no probability is given.'
        else model_words
    end as words
from ranked
