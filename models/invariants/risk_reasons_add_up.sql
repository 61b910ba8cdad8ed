-- The reasons of a probability and what is typical come to it.
with learned as (
    select kind, max(intercept) as intercept
    from intermediate.risk_weight
    group by kind
),

summed as (
    select company_id, kind, sum(log_odds) as log_odds
    from marts.risk_reason
    group by company_id, kind
),

expected as (
    select s.company_id, s.kind, round(1 / (1 + exp(-(l.intercept + cast(s.log_odds as double)))), 4) as probability
    from summed as s
    join learned as l on s.kind = l.kind
)

select a.company_id, a.kind, a.state, a.probability, e.probability as expected
from marts.account_risk as a
left join expected as e on a.company_id = e.company_id and a.kind = e.kind
where a.probability is distinct from e.probability
