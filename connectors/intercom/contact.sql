with tag_name as (
    select t.id, t.name from raw_intercom.tags__latest as t
    union all
    select t.id, t.name from raw_intercom.tag_table__latest as t where lower(coalesce(t.deleted, 'false')) <> 'true'
),
tagged as (
    select c.id, t.tag ->> '$.id' as tag_id, t.tag ->> '$.name' as name
    from raw_intercom.contacts__latest as c, unnest(try_cast(try_cast(c.tags as json) ->> '$.data' as json[])) as t (tag)
    union all
    select t.contact_id, t.tag_id, null
    from raw_intercom.contact_tags__latest as t
    where lower(coalesce(t.active, 'true')) <> 'false'
),
labelled as (
    -- a contact names its tags by id only
    select
        t.id,
        string_agg(distinct trim(coalesce(t.name, n.name)), ';' order by trim(coalesce(t.name, n.name))) as tags
    from tagged as t
    left join tag_name as n on t.tag_id = n.id
    group by t.id
),
merged as (
    -- every version: the history comes only when it is asked for
    select m.item ->> '$.source_contact_id' as gone_id, max(c.id) as kept_id
    from raw_intercom.contacts as c, unnest(try_cast(c.merge_history as json[])) as m (item)
    group by all
),
contact as (
    select c.*, c.id as record_id, m.kept_id
    from raw_intercom.contacts__latest as c
    left join merged as m on c.id = m.gone_id
    union all
    -- an id that lives on only in the contact it was merged into: conversations still point to it
    select c.*, m.gone_id as record_id, m.kept_id
    from merged as m
    join raw_intercom.contacts__latest as c on m.kept_id = c.id
    left join raw_intercom.contacts__latest as known on m.gone_id = known.id
    where m.gone_id is not null and known.id is null
),
worded as (
    select
        c.*, nullif(trim(c.external_id), '') as own_id, coalesce(c.owner_id, c.admin_id) as owner,
        lower(c.role) as kind, nullif(trim(c.name), '') as full_name, lower(nullif(trim(c.email), '')) as address
    from contact as c
)
select
    c._row_id,
    c._loaded_at,
    c.custom,
    c.record_id as source_record_id,
    case
        when c.kept_id is not null then 'intercom:' || c.kept_id
        -- the id of a lead is one that Intercom made up
        when c.kind = 'lead' then null
        when c.own_id like '%:%' then c.own_id
        else '*:' || c.own_id
    end as external_id,
    coalesce(c.full_name, c.address, c.phone, c.kind || ' ' || c.record_id) as name,
    lower(split_part(coalesce(c.language_override, c.browser_language), '-', 1)) as language,
    coalesce(try_cast(c.location as json) ->> '$.country', c.location_country) as country,
    c.kind as lifecycle_phase,
    nullif(c.owner, '0') as owner_id,
    l.tags,
    case when regexp_matches(c.created_at, '^\d{1,11}$')
        then epoch_ms(c.created_at::bigint * 1000)::varchar else c.created_at end as created_at,
    case when regexp_matches(c.updated_at, '^\d{1,11}$')
        then epoch_ms(c.updated_at::bigint * 1000)::varchar else c.updated_at end as updated_at,
    case
        when c.kept_id is null and lower(coalesce(c.archived, c.deleted, 'false')) <> 'true' then null
        when regexp_matches(c.updated_at, '^\d{1,11}$') then epoch_ms(c.updated_at::bigint * 1000)::varchar
        else c.updated_at
    end as source_deleted_at
from worded as c
left join labelled as l on c.id = l.id
