-- What people decided about records is about records that were delivered, and can be followed.
-- severity: warn
with record as (
    select 'company' as object, source_key from identity.company_record
    union all
    select 'contact' as object, source_key from identity.contact_record where not is_ours
    union all
    select 'team_member' as object, source_key from identity.team_member_link where source_system <> 'email'
),

live as (
    select id, object, verdict, "left" as left_key, "right" as right_key, decided_at
    from policy.match_decision
    where undone_at is null
),

refused as (
    select object, left_key, right_key, guard
    from (
        select 'company' as object, * from identity.company_decision
        union all
        select 'contact' as object, * from identity.contact_decision
        union all
        select 'team_member' as object, * from identity.team_member_decision
    ) as d
    where rule = 'person' and verdict = 'refused'
),

said as (
    select l.*,
        case
            when a.source_key is null then l.left_key || ' was never delivered'
            when b.source_key is null then l.right_key || ' was never delivered'
            when exists (
                select 1 from live as o
                where o.object = l.object and o.verdict <> l.verdict and o.decided_at >= l.decided_at and o.id <> l.id
                    and least(o.left_key, o.right_key) = least(l.left_key, l.right_key)
                    and greatest(o.left_key, o.right_key) = greatest(l.left_key, l.right_key)
            ) then 'a later decision says otherwise'
            else r.guard
        end as why_not
    from live as l
    left join record as a on l.object = a.object and l.left_key = a.source_key
    left join record as b on l.object = b.object and l.right_key = b.source_key
    left join refused as r
        on l.object = r.object and least(l.left_key, l.right_key) = r.left_key
        and greatest(l.left_key, l.right_key) = r.right_key
)

select id as decision, object, verdict, left_key, right_key, why_not
from said
where why_not is not null
