-- What tells when each subscription renews (`kind`), and the agreement that says so: its own agreed end ("term"), else the
-- contract it belongs to ("contract"), else the time it is billed for ("billing"). An end that only came with a notice is
-- no agreed one, nor is the day on which a churn event ended what had no end.
with termed_contract as (
    select
        contract_id, company_id,
        coalesce(ends_on, cast(starts_on + interval '1' month * nullif(length_months, 0) as date),
            renewal_on) as first_ends_on
    from objects.contract
    where source_deleted_at is null and signed_on is not null and company_id is not null
),

unlinked as (
    select t.contract_id, t.company_id
    from termed_contract as t
    left join behaviour.agreement_link as l on t.contract_id = l.contract_id
    where l.contract_id is null
    qualify count(*) over (partition by t.company_id) = 1
),

-- The only contract of a company that none of its subscriptions names stands for those that name none.
link as (
    select subscription_id, contract_id from behaviour.agreement_link
    union all
    select s.subscription_id, u.contract_id
    from unlinked as u
    join objects.subscription as s on u.company_id = s.company_id
    left join behaviour.agreement_link as l on s.subscription_id = l.subscription_id
    where l.subscription_id is null
),

contracted as (
    select l.subscription_id, min(l.contract_id) as contract_id
    from link as l
    join termed_contract as t on l.contract_id = t.contract_id
    where t.first_ends_on is not null
    group by l.subscription_id
),

placed as (
    select
        s.subscription_id, s.company_id, c.contract_id,
        s.ends_at is not null
        and (s.canceled_at is null or (s.value is not null and s.contract_id is null))
        and (lost.subscription_id is null or sent.ends_at is not null) as has_term
    from objects.subscription as s
    left join contracted as c on s.subscription_id = c.subscription_id
    left join behaviour.lost_subscription as lost on s.subscription_id = lost.subscription_id
    left join sourced.subscription as sent on s.subscription_id = sent.subscription_id
    where s.company_id is not null and s.source_deleted_at is null
        and s.status not in ('incomplete', 'incomplete_expired')
)

select
    subscription_id, company_id, contract_id,
    case when has_term then 'term' when contract_id is not null then 'contract' else 'billing' end as kind,
    case when contract_id is null or has_term then 'subscription:' || subscription_id
        else 'contract:' || contract_id end as agreement_id
from placed
