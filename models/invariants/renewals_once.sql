-- What a company pays comes up for renewal on one day once: its renewals of a day are at most what its subscriptions pay.
with renewing as (
    select company_id, renews_on, currency, sum(base_mrr) as base_mrr, count(*) as renewals
    from marts.renewal
    group by company_id, renews_on, currency
),

subscription as (
    select r.company_id, r.renews_on, r.currency, s.subscription_id, greatest(sum(s.net_mrr), 0) as mrr
    from renewing as r
    join objects.subscription as o on r.company_id = o.company_id
    join intermediate.agreed_span as s
        on o.subscription_id = s.subscription_id and r.currency = s.currency
        and s.runs_from < cast(r.renews_on as timestamp)
        and coalesce(s.runs_to >= cast(r.renews_on as timestamp), true)
    group by r.company_id, r.renews_on, r.currency, s.subscription_id
),

paid as (
    select company_id, renews_on, currency, sum(mrr) as mrr
    from subscription
    group by company_id, renews_on, currency
)

select r.*, coalesce(p.mrr, 0) as mrr
from renewing as r
left join paid as p on r.company_id = p.company_id and r.renews_on = p.renews_on and r.currency = p.currency
where r.base_mrr > coalesce(p.mrr, 0) + 0.000001
