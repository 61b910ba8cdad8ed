-- Every time at a stage names evidence that counted before it was over.
select s.contact_id, s.from_on, s.stage
from marts.stage_spell as s
cross join meta.run as r
left join marts.stage_evidence as e
    on s.contact_id = e.contact_id
    and s.from_on = e.from_on
    and s.stage = e.stage
    and e.occurred_on < coalesce(s.to_on, r.as_of_on + 1)
group by s.contact_id, s.from_on, s.stage
having count(e.object_id) = 0
