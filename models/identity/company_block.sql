-- What companies have in common too often to be compared for it: one row per value left out of the search.
with left_out as (
    select unnest(left_out) as name from identity.company_comparison where source_key is not null
)

select
    split_part(name, ': ', 1) as rule,
    substr(name, strpos(name, ': ') + 2) as value,
    count(*) as records
from left_out
group by name
order by rule, value
