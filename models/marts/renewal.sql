with priced as (
    select
        l.*, cast(round(cast(l.base_mrr as decimal(38, 6)) * l.likelihood, 6) as decimal(38, 12)) as forecast,
        case when l.status = 'lost' then 0 else l.base_mrr end as at_best,
        case when l.status = 'renewed' or l.auto_renew then 1 else 0 end as held, coalesce(l.rate, 0) as value
    from intermediate.renewal_likelihood as l
    cross join meta.run as r
    cross join policy.forecast as f
    where l.renews_on > cast(r.as_of_on - interval '1' month * cast(f.months_of_history as integer) as date)
)

select
    agreement_id || ':' || strftime(renews_on, '%Y-%m-%d') || ':' || priced_in as renewal_id,
    company_id, subscription_id, contract_id, responsible_id as owner_id, segment, renews_on,
    cast(date_trunc('month', renews_on) as date) as month, renews_on <= as_of_on as has_come_up, notice_on,
    notice_on < as_of_on as is_notice_passed, auto_renew, status, likelihood, likelihood_from,
    case when likelihood_from in ('segment history', 'history') then decided_count end as likelihood_count,
    priced_in as currency, base_mrr, renewed_mrr, renewed_mrr - base_mrr as expansion_mrr, forecast as base_forecast,
    at_best as optimistic_forecast, forecast * held as pessimistic_forecast, reporting_currency,
    cast(round(cast(base_mrr as decimal(38, 6)) * value, 6) as decimal(38, 12)) as base_mrr_reporting,
    cast(round(cast(renewed_mrr as decimal(38, 6)) * value, 6) as decimal(38, 12)) as renewed_mrr_reporting,
    cast(round(cast(renewed_mrr - base_mrr as decimal(38, 6)) * value, 6) as decimal(38, 12)) as expansion_mrr_reporting,
    cast(round(cast(forecast as decimal(38, 6)) * value, 6) as decimal(38, 12)) as base_forecast_reporting,
    cast(round(cast(at_best as decimal(38, 6)) * value, 6) as decimal(38, 12)) as optimistic_forecast_reporting,
    cast(round(cast(forecast * held as decimal(38, 6)) * value, 6) as decimal(38, 12)) as pessimistic_forecast_reporting
from priced
