with person as (
    select
        e.*,
        try_cast(e.custom_fields as json) as own,
        coalesce(nullif(trim(e.source_id), ''), nullif(trim(e.external_id), '')) as foreign_id,
        regexp_replace(lower(coalesce(try_cast(e.custom_fields as json) ->> '$."Decision Role"', '')), '[^a-z]', '', 'g')
            as part
    from raw_planhat.endusers__latest as e
)
select
    p._row_id,
    p._loaded_at,
    nullif(json_merge_patch(coalesce(p.custom, '{}'), coalesce(p.own, '{}')), '{}') as custom,
    p.id as source_record_id,
    case when p.foreign_id like '%:%' then p.foreign_id else '*:' || p.foreign_id end as external_id,
    coalesce(
        nullif(trim(p.name), ''), nullif(trim(concat_ws(' ', p.first_name, p.last_name)), ''), lower(trim(p.email))
    ) as name,
    p.first_name,
    p.last_name,
    -- a field of the workspace's own: what it says in other words stays in custom
    case
        when p.part in ('champion', 'user', 'influencer', 'blocker') then p.part
        when p.part in ('economicbuyer', 'decisionmaker', 'budgetholder') then 'economic_buyer'
        when p.part = 'technicalbuyer' then 'technical_buyer'
    end as decision_role,
    nullif(coalesce(array_to_string(try_cast(try_cast(p.tags as json) as varchar[]), ';'), replace(p.tags, ', ', ';')), '')
        as tags,
    coalesce(p.created_at, p.create_date) as created_at,
    p.updated_at,
    case when lower(p.archived) = 'true' then coalesce(p.updated_at, cast(p._loaded_at as varchar)) end
        as source_deleted_at
from person as p
