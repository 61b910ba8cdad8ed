-- Every golden value has its provenance, and the value that is told there is the one that stands in the object.
with golden as (
    select 'company' as object, company_id as object_id, to_json(company) as kept from objects.company
    union all
    select 'contact' as object, contact_id as object_id, to_json(contact) as kept from objects.contact
    union all
    select 'team_member' as object, team_member_id as object_id, to_json(team_member) as kept from objects.team_member
),

filled as (
    -- Id, source, record and load time always stand there, and are the golden row's own; so are these two.
    select
        object,
        object_id,
        kept,
        len(json_keys(json_merge_patch('{}', kept))) - 4
        - case when kept ->> 'custom' is null then 0 else 1 end
        - case when kept ->> 'derived_by' is null then 0 else 1 end
        - case when trim(kept ->> 'name') = '' then 1 else 0 end as value_count
    from golden
),

told as (
    select
        p.object,
        p.object_id,
        count(*) as value_count,
        string_agg(p.field, ', ') filter (
            where g.kept is null or coalesce(g.kept ->> p.field, '') <> p.value
                and coalesce(try_cast(g.kept ->> p.field as double) <> try_cast(p.value as double), true)
        ) as fields_that_differ
    from identity.provenance as p
    left join golden as g on p.object = g.object and p.object_id = g.object_id
    group by p.object, p.object_id
)

select f.object, f.object_id, f.value_count, t.value_count as told_count, t.fields_that_differ
from filled as f
full join told as t on f.object = t.object and f.object_id = t.object_id
where coalesce(f.value_count, 0) <> coalesce(t.value_count, 0) or t.fields_that_differ is not null
