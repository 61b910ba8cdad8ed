-- One row per company that has or had a champion: how many, how many are gone or cannot be reached, and who is left.
select
    c.company_id,
    count(*) as champion_count,
    count(*) filter (where c.has_left) as left_count,
    string_agg(c.name, ', ' order by c.name, c.contact_id) filter (where not c.has_left) as champion_names
from intermediate.champion_spell as c
cross join meta.run as r
where c.from_on <= r.as_of_on and coalesce(c.to_on > r.as_of_on, true)
group by c.company_id
