-- How likely each renewal is, and who says so: what a source states, else how many of the segment's, or of all customers',
-- went on, else the policy. Past renewals are valued at the rate of their month, coming ones at the present one.
with placed as (
    select
        o.*, coalesce(o.currency, k.currency, p.reporting_currency) as priced_in, p.reporting_currency, r.as_of_on,
        cast(o.renews_on - interval '1' day * coalesce(o.notice_period_days, b.notice_period_days) as date) as notice_on,
        coalesce(o.owner_id, c.owner_id) as responsible_id,
        case when o.status = 'renewed' then nullif(o.following_mrr, 0) end as renewed_mrr,
        coalesce(c.segment, 'not stated') as segment,
        coalesce(s.renewal_likelihood, k.renewal_likelihood) as stated_likelihood, b.renewal_likelihood as policy_likelihood,
        case when o.currency = p.reporting_currency then 1 else coalesce(m.rate, n.rate) end as rate
    from intermediate.renewal_outcome as o
    cross join policy.revenue as p
    cross join policy.behaviour as b
    cross join meta.run as r
    left join objects.company as c on o.company_id = c.company_id
    left join sourced.subscription as s on o.subscription_id = s.subscription_id
    left join sourced.contract as k on o.contract_id = k.contract_id
    left join intermediate.month_rate as m
        on p.policy_id = m.policy_id and o.currency = m.currency and o.renews_on <= r.as_of_on
        and m.month = cast(date_trunc('month', o.renews_on) as date)
    left join intermediate.present_rate as n on o.currency = n.currency
)

select
    p.*, h.decided_count,
    case
        when p.status in ('renewed', 'lost') then 'decided'
        when p.stated_likelihood is not null then 'stated'
        when h.segment is not null then 'segment history'
        when h.decided_count is not null then 'history'
        else 'policy'
    end as likelihood_from,
    case
        when p.status = 'renewed' then 1
        when p.status = 'lost' then 0
        else coalesce(p.stated_likelihood, h.likelihood, p.policy_likelihood)
    end as likelihood
from placed as p
left join intermediate.renewal_rate as h on coalesce(p.segment = h.segment, true)
qualify row_number() over (partition by p.agreement_id, p.renews_on, p.currency order by h.segment nulls last) = 1
