-- What a sign counts one by one stands behind it as evidence, each once: tickets, messages unanswered, champions who left.
with counted as (
    select company_id, factor, count(*) as row_count, count(*) filter (where is_against) as against_count
    from marts.health_evidence
    group by company_id, factor
)

select f.company_id, f.factor, f.raw_value, c.row_count, c.against_count
from marts.health_factor as f
left join counted as c on f.company_id = c.company_id and f.factor = c.factor
where case f.factor
        when 'ticket_load' then f.raw_value <> coalesce(c.row_count, 0)
        when 'ticket_severity' then f.raw_value <> coalesce(c.row_count, 0)
        when 'champion_left' then
            round(f.raw_value, 4) <> round(coalesce(c.against_count, 0) / cast(nullif(c.row_count, 0) as double), 4)
        when 'response_balance' then
            round(f.raw_value, 4) <> round(1 - coalesce(c.against_count, 0) / cast(nullif(c.row_count, 0) as double), 4)
        when 'csat' then
            round(f.raw_value, 4) <> round(1 - coalesce(c.against_count, 0) / cast(nullif(c.row_count, 0) as double), 4)
        when 'payments_overdue' then (f.raw_value > 0) <> (coalesce(c.against_count, 0) > 0)
        when 'delivery' then (f.raw_value > 0) <> (coalesce(c.against_count, 0) > 0)
        else false
    end
