-- Champions who left a company, and the companies they came to: a warning there, a warm lead here.
with moved as (
    select j.*, c.source_system, c.source_record_id, c.loaded_at
    from marts.job_change as j
    join objects.contact as c on j.contact_id = c.contact_id
    where j.was_champion and j.has_left
)

select
    m.contact_id, m.from_company_id as company_id, 'champion_left' as signal_type, m.changed_on as happened_on,
    m.to_company_name as topic, m.contact_name || ' left ' || m.from_company_name as title,
    m.source_system, m.source_record_id, m.loaded_at, 'champion_left_is_signal' as rule
from moved as m
cross join policy.behaviour as b
where b.champion_left_is_signal
union all
select
    m.contact_id, m.to_company_id as company_id, 'champion_arrived' as signal_type, m.seen_on as happened_on,
    m.from_company_name as topic, m.contact_name || ' came to ' || m.to_company_name as title,
    m.source_system, m.source_record_id, m.loaded_at, 'champion_arrived_is_signal' as rule
from moved as m
cross join policy.behaviour as b
where b.champion_arrived_is_signal and m.to_company_id is not null and m.is_new_there
