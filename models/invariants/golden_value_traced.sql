-- Every golden value is what a record that stands in its source now says.
with record as (
    select 'company' as object, c.source_system, c.source_record_id, c._row_id, to_json(c) as said
    from staging.company as c
    union all
    select 'contact' as object, p.source_system, p.source_record_id, p._row_id, to_json(p) as said
    from staging.contact as p
    union all
    select 'team_member' as object, m.source_system, m.source_record_id, m._row_id, to_json(m) as said
    from staging.team_member as m
),

link as (
    select source_key, company_id as golden_id from identity.company_link
    union all
    select source_key, contact_id as golden_id from identity.contact_link
    union all
    select source_key, team_member_id as golden_id from identity.team_member_link
    union all
    select 'domain:' || lower(domain) as source_key, company_id as golden_id from objects.company_domain
),

traced as (
    select
        v.object, v.object_id, v.field, v.value, v.source_system, v.source_record_id,
        r.said ->> v.field as said,
        r._row_id is not null as is_there
    from identity.provenance as v
    left join record as r
        on v.object = r.object and v.source_system = r.source_system and v.source_record_id = r.source_record_id
        and v.row_id = r._row_id
)

select t.*
from traced as t
where not t.is_there or t.said is null or (
    t.said <> t.value
    and coalesce(try_cast(t.said as double) <> try_cast(t.value as double), true)  -- JSON writes 5.5 for 5.5000
    and not exists (
        -- A reference: the source names a record of its own or another source, an address or a domain.
        select 1 from link as l
        where l.golden_id = t.value and l.source_key in (
            t.said, t.source_system || ':' || t.said, 'email:' || lower(trim(t.said)), 'domain:' || lower(trim(t.said))
        )
    )
)
