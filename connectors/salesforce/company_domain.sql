with bare as (
    -- a web address loses what is around the domain; whatever else it is stays, to be refused with a reason
    select
        a._row_id, a._loaded_at, a.id, a.is_deleted, a.system_modstamp,
        regexp_replace(
            regexp_replace(lower(trim(a.website)), '^([a-z]+://)?(www\.)?', '', 'g'), '[:/?#].*$', '', 'g'
        ) as domain
    from raw_salesforce.accounts__latest as a
    -- the account that a merged one went into has its domain now
    where a.master_record_id is null
)
select
    b._row_id,
    b._loaded_at,
    b.id || ':' || b.domain as source_record_id,
    b.id as company_id,
    b.domain,
    true as is_primary,
    case
        when lower(b.is_deleted) in ('true', '1') then coalesce(b.system_modstamp, cast(b._loaded_at as varchar))
    end as source_deleted_at
from bare as b
where b.domain <> ''
