-- The reasons of a month add up to what was agreed less what was billed, and to what was billed less what was collected.
with summed as (
    select
        company_id, currency, month, comparison, sum(amount) as amount, min(contracted) as contracted, min(billed) as billed,
        min(collected) as collected, max(contracted) as most_contracted, max(billed) as most_billed,
        max(collected) as most_collected, count(*) filter (where reason = 'none' or amount = 0) as empty_rows,
        count(*) as all_rows
    from marts.reconciliation
    group by company_id, currency, month, comparison
)

select *
from summed
where amount <> case comparison when 'billed' then contracted - billed else billed - collected end
    or contracted <> most_contracted or billed <> most_billed or collected <> most_collected
    or (empty_rows > 0 and all_rows > 1)
