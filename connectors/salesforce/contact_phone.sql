with person as (
    select c._row_id, c._loaded_at, c.id, c.mobile_phone, c.phone, c.home_phone, c.other_phone, c.fax
    from raw_salesforce.contacts__latest as c
    where c.master_record_id is null
    union all
    select l._row_id, l._loaded_at, l.id, l.mobile_phone, l.phone, null, null, l.fax
    from raw_salesforce.leads__latest as l
    where l.converted_contact_id is null and l.master_record_id is null
),
listed as (
    select p._row_id, p._loaded_at, p.id, trim(p.mobile_phone) as phone, 'mobile' as phone_type, 1 as place
    from person as p
    union all
    select p._row_id, p._loaded_at, p.id, trim(p.phone), 'work', 2 from person as p
    union all
    select p._row_id, p._loaded_at, p.id, trim(p.home_phone), 'home', 3 from person as p
    union all
    select p._row_id, p._loaded_at, p.id, trim(p.other_phone), 'other', 4 from person as p
    union all
    select p._row_id, p._loaded_at, p.id, trim(p.fax), 'fax', 5 from person as p
)
select
    l._row_id,
    l._loaded_at,
    l.id || ':' || l.phone as source_record_id,
    l.id as contact_id,
    l.phone,
    l.phone_type
from listed as l
where l.phone <> ''
-- one number given twice has the kind that says most
qualify row_number() over (partition by l.id, l.phone order by l.place) = 1
