with hosted as (
    select
        c._row_id, c._loaded_at, c.id,
        -- the host of the address: without scheme, user, port, path and a leading www
        regexp_replace(
            regexp_replace(lower(trim(c.website)), '^[a-z]+://|^//', '', 'g'), '^([^/@]*@)?(www\.)?|[:/?#].*$', '', 'g'
        ) as domain
    from raw_intercom.companies__latest as c
)
select
    _row_id,
    _loaded_at,
    id || ':' || domain as source_record_id,
    id as company_id,
    domain,
    true as is_primary
from hosted
-- what is no internet name (a word, an address of a machine) is no domain of the company
where regexp_matches(domain, '^[^\s]+\.[^\s.]*[^\s.0-9][^\s.]*$')
