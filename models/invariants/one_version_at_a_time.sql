-- An item of a subscription has at most one version at any instant (where two overlap, the later one counts).
-- severity: warn
with placed as (
    select
        subscription_version_id, subscription_id, item, valid_from, valid_to,
        lead(valid_from) over (partition by subscription_id, item order by valid_from, subscription_version_id)
            as next_from
    from objects.subscription_version
    where valid_to is null or valid_to > valid_from
)

select * from placed where next_from < valid_to or (valid_to is null and next_from is not null)
