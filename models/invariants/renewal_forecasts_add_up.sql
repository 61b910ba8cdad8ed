-- What renewals are expected to bring is their base times the likelihood, between the pessimistic and the optimistic case.
select *
from marts.renewal
where base_forecast <> cast(round(cast(base_mrr as decimal(38, 6)) * likelihood, 6) as decimal(38, 12))
    or pessimistic_forecast > base_forecast or base_forecast > optimistic_forecast
    or (status = 'renewed' and likelihood <> 1) or (status = 'lost' and likelihood <> 0)
