-- What became of each renewal: renewed (it went on, or what takes its place is agreed), lost (it ended, or is called off),
-- due (it has come up and nothing is decided yet), or open. Nothing is up for renewal that counted no revenue, but for a
-- contract of a company without any subscription.
with valued as (
    select
        t.*, v.currency, v.base_mrr, v.own_mrr, v.followed_mrr, m.agreement_id is null as is_bare,
        t.renews_on <= t.as_of_on as is_past
    from intermediate.renewal_term as t
    left join intermediate.renewal_value as v on t.agreement_id = v.agreement_id and t.renews_on = v.renews_on
    left join (select distinct agreement_id from intermediate.renewal_member) as m on t.agreement_id = m.agreement_id
    where m.agreement_id is null or v.base_mrr > 0
),

followed as (
    select distinct m.agreement_id
    from intermediate.renewal_member as m
    join intermediate.renewal_follower as f on m.subscription_id = f.subscription_id
),

-- Where no subscription is known, the next contract of the company is what follows.
next_contract as (
    select v.agreement_id, v.renews_on
    from valued as v
    cross join policy.behaviour as b
    join objects.contract as c on v.company_id = c.company_id and v.contract_id <> c.contract_id
        and c.source_deleted_at is null and c.signed_on is not null
        and c.starts_on >= cast(v.renews_on - interval '1' day * b.renewal_grace_days as date)
        and c.starts_on <= cast(v.renews_on + interval '1' day * b.renewal_grace_days as date)
    where v.is_bare
    group by v.agreement_id, v.renews_on
),

seen as (
    select
        v.*,
        case
            when v.is_bare then n.agreement_id is not null or (v.is_past and v.auto_renew and not v.is_end)
            when v.kind = 'term' then f.agreement_id is not null or v.is_renewed
            else (v.is_past and v.own_mrr > 0) or v.followed_mrr > 0
        end as has_gone_on,
        case
            when v.kind = 'term' then v.is_called_off
            else v.is_end
        end as is_off,
        cast(v.renews_on + interval '1' day * b.renewal_grace_days as date) <= v.as_of_on as is_overdue
    from valued as v
    cross join policy.behaviour as b
    left join followed as f on v.agreement_id = f.agreement_id
    left join next_contract as n on v.agreement_id = n.agreement_id and v.renews_on = n.renews_on
)

select
    agreement_id, kind, company_id, contract_id, subscription_id, owner_id, renews_on, notice_period_days, auto_renew,
    currency, coalesce(base_mrr, 0) as base_mrr, own_mrr + followed_mrr as following_mrr,
    case
        when has_gone_on then 'renewed'
        when is_off then 'lost'
        when not is_past then 'open'
        when is_overdue then 'lost'
        else 'due'
    end as status
from seen
-- A subscription that gave way to another in the middle of its term did not come up for renewal.
where not (is_early and has_gone_on)
