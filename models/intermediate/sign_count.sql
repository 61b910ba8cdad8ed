-- Spells of the signs that are counted: the changes of each summed up, day by day, and what the sums say. A share of nothing is
-- not known; use without licences is measured by the most active users there were until then.
with acted as (
    select company_id, used_on, sum(event_count) as event_count
    from intermediate.usage_day
    where company_id is not null
    group by company_id, used_on
),

-- Use counts as now from the day after, then as before, then no more; the trend is what is more now than before.
trended as (
    select
        a.company_id, cast(a.used_on + interval 1 day * (s.step * p.window_days + 1) as date) as on_day,
        a.event_count * case s.step when 1 then -2 else 1 end as part,
        a.event_count * case s.step when 0 then 0 when 1 then 1 else -1 end as whole
    from acted as a
    cross join policy.usage as p
    cross join (select unnest([0, 1, 2]) as step) as s
),

moved as (
    select company_id, factor, on_day, part, whole from intermediate.sign_response
    union all
    select company_id, factor, on_day, part, 0 from intermediate.sign_ticket
    union all
    select company_id, factor, on_day, part, whole from intermediate.sign_sentiment
    union all
    select company_id, 'champion_left', from_on, cast(has_left as integer), 1 from intermediate.champion_spell
    union all
    select company_id, 'champion_left', to_on, -cast(has_left as integer), -1
    from intermediate.champion_spell
    where to_on is not null
    union all
    select company_id, factor, on_day, part, whole from intermediate.sign_usage
    union all
    select company_id, 'usage_trend', on_day, part, whole from trended
),

moved_day as (
    select m.company_id, m.factor, m.on_day, sum(m.part) as part, sum(m.whole) as whole
    from moved as m
    cross join meta.run as r
    where m.on_day <= r.as_of_on
    group by m.company_id, m.factor, m.on_day
),

level as (
    select
        company_id, factor, on_day as from_on, lead(on_day) over walk as to_on,
        cast(sum(part) over walk as double) as part, cast(sum(whole) over walk as double) as whole
    from moved_day
    window walk as (partition by company_id, factor order by on_day)
),

measured as (
    select
        *,
        case factor
            when 'usage_level' then
                coalesce(nullif(whole, 0), max(part) over (partition by company_id, factor order by from_on))
            else whole
        end as base
    from level
),

valued as (
    select
        m.company_id, m.factor, m.from_on, m.to_on,
        case
            when m.factor in ('ticket_load', 'ticket_severity') then m.part
            when m.factor = 'nps' then 100 * m.part / nullif(m.base, 0)
            when m.factor <> 'response_balance' or m.base >= p.response_messages then m.part / nullif(m.base, 0)
        end as value
    from measured as m
    cross join policy.health as p
)

select company_id, factor, from_on, to_on, cast(round(value, 6) as decimal(18, 6)) as value_at_from, 0 as per_day
from valued
where value is not null
