-- Spells of the signs that are counted: the changes of each summed up, day by day, and what the sums say. A share of
-- nothing, or of too little, is not known; use without licences is measured by the most there was until then.
with moved as (
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
    select company_id, factor, on_day, part, whole from intermediate.sign_licence
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
        company_id, factor, on_day as from_on,
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
        m.company_id, m.factor, m.from_on,
        cast(round(case
            when m.factor in ('ticket_load', 'ticket_severity') then m.part
            when m.factor = 'nps' then 100 * m.part / nullif(m.base, 0)
            when m.factor = 'response_balance' and m.base < p.response_messages then null
            when m.factor = 'csat' and m.base < p.csat_ratings then null
            when m.factor = 'usage_trend' and m.base < u.trend_acts then null
            else m.part / nullif(m.base, 0)
        end, 6) as decimal(18, 6)) as value
    from measured as m
    cross join policy.health as p
    cross join policy.usage as u
),

changed as (
    select *
    from valued
    qualify value is distinct from lag(value) over (partition by company_id, factor order by from_on)
),

followed as (
    select *, lead(from_on) over (partition by company_id, factor order by from_on) as to_on from changed
)

select company_id, factor, from_on, to_on, value as value_at_from, 0 as per_day
from followed
where value is not null
