with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
logged as (
    select
        c.*, try_cast(c.custom_fields as json) as own,
        coalesce(try_cast(try_cast(c.reasons as json) as varchar[]), string_split(c.reasons, ',')) as reason,
        coalesce(
            round(try_cast(c.value as decimal(34, 16)), 4), round(try_cast(c.mrr as decimal(34, 16)), 4),
            round(try_cast(c.arr as decimal(34, 16)) / 12, 4)
        ) as monthly
    from raw_planhat.churn__latest as c
)
select
    l._row_id,
    l._loaded_at,
    nullif(json_merge_patch(coalesce(l.custom, '{}'), coalesce(l.own, '{}')), '{}') as custom,
    l.id as source_record_id,
    coalesce(l.company_id, n.id) as company_id,
    l.license_id as subscription_id,
    coalesce(l.date, l.create_date, l.created_at) as churned_on,
    nullif(trim(l.reason[1]), '') as primary_reason,
    coalesce(l.own ->> '$."Secondary Reason"', nullif(trim(l.reason[2]), '')) as secondary_reason,
    coalesce(cast(cast(l.monthly as decimal(18, 4)) as varchar), l.value, l.mrr, l.arr) as amount,
    upper(coalesce(try_cast(l.currency as json) ->> '$._id', l.currency)) as currency,
    coalesce(lower(l.only_downgrade), 'false') as is_downgrade_only,
    -- Planhat's churn is a log; what a customer pays follows from the licenses and their status alone
    'false' as sets_licenses_lost,
    coalesce(l.comment, l.own ->> '$.Comment') as comment,
    coalesce(l.own ->> '$."Moving To"', l.own ->> '$.Competitor') as replacement,
    coalesce(l.created_at, l.create_date) as created_at,
    l.updated_at
from logged as l
left join named as n on lower(trim(l.company_name)) = n.name
