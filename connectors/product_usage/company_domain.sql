-- The domains of each account: its trait `domain`, else that of its website.
with said as (
    select
        g._row_id, g._loaded_at, trim(g.group_id) as id, try_cast(g.traits as json) as trait,
        try_cast(g.traits as json) ->> '$.name' as name,
        coalesce(g.timestamp, g.original_timestamp, g.received_at, g.sent_at) as called_at
    from raw_product_usage.groups__latest as g
    union all
    select
        a._row_id, a._loaded_at, trim(a.group_id), try_cast(a.custom as json), a.name,
        coalesce(a.timestamp, a.received_at)
    from raw_product_usage.accounts__latest as a
    union all
    -- a company that a user's traits name, with its id
    select
        i._row_id, i._loaded_at, trim(try_cast(i.traits as json) ->> '$.company.id'),
        try_cast(try_cast(i.traits as json) ->> '$.company' as json),
        try_cast(i.traits as json) ->> '$.company.name',
        coalesce(i.timestamp, i.original_timestamp, i.received_at, i.sent_at)
    from raw_product_usage.identifies__latest as i
    where try_cast(i.traits as json) ->> '$.company.name' <> ''
),

told as (
    -- `place` is text that sorts by time
    select s.*, coalesce(cast(try_cast(s.called_at as timestamptz) as varchar), '') || s._row_id as place
    from said as s
    where s.id <> ''
),

cleaned as (
    select
        t._row_id, t._loaded_at, t.id, t.place,
        regexp_replace(
            regexp_replace(
                lower(trim(coalesce(t.trait ->> '$.domain', t.trait ->> '$.website'))), '^([a-z]+://)?(www\.)?', '', 'g'
            ), '[:/?#].*$', '', 'g'
        ) as domain
    from told as t
)

select
    arg_max(_row_id, place) as _row_id,
    max(_loaded_at) as _loaded_at,
    id || ':' || domain as source_record_id,
    id as company_id,
    domain,
    row_number() over (partition by id order by max(place) desc) = 1 as is_primary
from cleaned
where domain <> ''
group by id, domain
