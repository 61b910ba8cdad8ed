with merged as (
    select trim(m.gone_id) as gone_id
    from raw_hubspot.companies__latest as c, unnest(string_split(c.hs_merged_object_ids, ';')) as m (gone_id)
),
named as (
    select c._row_id, c._loaded_at, c.id, lower(trim(c.domain)) as domain, true as is_primary
    from raw_hubspot.companies__latest as c
    union all
    select c._row_id, c._loaded_at, c.id, lower(trim(d.domain)), false
    from raw_hubspot.companies__latest as c, unnest(string_split(c.hs_additional_domains, ';')) as d (domain)
),
bare as (
    -- a domain typed as a web address loses what is around it; whatever else it is stays, to be refused with a reason
    select
        n._row_id,
        n._loaded_at,
        n.id,
        n.is_primary,
        regexp_replace(regexp_replace(n.domain, '^(https?://)?(www\.)?', '', 'g'), '/.*$', '', 'g') as domain
    from named as n
)
select
    min(b._row_id) as _row_id,
    max(b._loaded_at) as _loaded_at,
    b.id || ':' || b.domain as source_record_id,
    b.id as company_id,
    b.domain,
    bool_or(b.is_primary) as is_primary,
    max(case when lower(c.archived) = 'true' then coalesce(c.archived_at, c.updated_at) end) as source_deleted_at
from bare as b
join raw_hubspot.companies__latest as c on b.id = c.id
left join merged as m on b.id = m.gone_id
-- the company that a merged one went into has its domain now
where b.domain <> '' and m.gone_id is null
group by b.id, b.domain
