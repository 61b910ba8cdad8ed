-- A relationship's last touch is the latest of its channels', and its next one the earliest of theirs.
with channel as (
    select subject_id as company_id, max(last_at) as last_at, min(next_at) as next_at
    from marts.touch_channel
    where subject_type = 'company'
    group by subject_id
)

select r.company_id, r.last_touch_at, c.last_at, r.next_touch_at, c.next_at
from marts.relationship as r
left join channel as c on r.company_id = c.company_id
where r.last_touch_at is distinct from c.last_at or r.next_touch_at is distinct from c.next_at
