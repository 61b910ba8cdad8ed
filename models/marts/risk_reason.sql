with scored as (
    select company_id, day_on
    from intermediate.risk_snapshot
    where is_present and is_paying and score is not null and notice_on is null
),

trusted as (
    select w.*
    from intermediate.risk_weight as w
    join marts.risk_model as m on w.kind = m.kind and m.state = 'learned'
),

asked as (
    select s.company_id, s.day_on, t.kind, t.feature, t.level, t.typical, t.spread, t.farthest, t.slope
    from scored as s
    cross join trusted as t
),

told as (
    select
        a.*, f.value,
        case when a.level = 'value' then coalesce(f.value, a.typical) when f.value is null then 1.0 else 0.0 end as counted
    from asked as a
    left join intermediate.risk_feature as f
        on a.company_id = f.company_id and a.day_on = f.day_on and a.feature = f.feature
),

summed as (
    select
        company_id, kind, feature as factor, max(value) as value, max(case when level = 'value' then typical end) as typical,
        sum(cast(
            round(slope * greatest(-farthest, least(farthest, (counted - typical) / spread)), 6) as decimal(18, 6)
        )) as log_odds
    from told
    group by company_id, kind, feature
),

counted as (
    select
        company_id, kind, factor, log_odds,
        case factor when 'tenure' then round(exp(value) - 1) when 'arr' then round(power(10, value), 2)
            else round(value, 2)
        end as value,
        case factor when 'tenure' then round(exp(typical) - 1) when 'arr' then round(power(10, typical), 2)
            else round(typical, 2)
        end as typical_value
    from summed
)

select
    c.company_id, c.kind, c.factor, c.value, c.typical_value, c.log_odds,
    row_number() over (partition by c.company_id, c.kind order by abs(c.log_odds) desc, c.factor asc) as place,
    case
        when c.value is null then replace(c.factor, '_', ' ') || ' not known'
        when c.factor = 'tenure' then 'a customer for ' || cast(cast(c.value as bigint) as varchar)
            || case c.value when 1 then ' day' else ' days' end
        when c.factor = 'arr' then 'an ARR of ' || format('{:,.0f}', c.value) || ' ' || s.currency
        when c.factor like 'score_change_%' then
            case when round(c.value) = 0 then 'health as before'
                else 'health ' || case when c.value > 0 then 'up' else 'down' end || ' by '
                    || cast(cast(abs(round(c.value)) as bigint) as varchar)
            end
            || case c.factor when 'score_change_last_month' then ' last month' else ' in the two months before that' end
        else h.words
    end as words
from counted as c
join marts.health_score as s on c.company_id = s.company_id
left join marts.health_factor as h on c.company_id = h.company_id and c.factor = h.factor
