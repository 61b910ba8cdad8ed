-- A probability is given where and only where there was enough to learn from.
select a.company_id, a.kind, a.state, m.state as model_state, a.probability
from marts.account_risk as a
left join marts.risk_model as m on a.kind = m.kind
where (a.state = 'scored') <> (a.probability is not null)
    or (a.probability is not null and m.state is distinct from 'learned')
    or (a.state in ('too_thin', 'no_better') and a.state is distinct from m.state)
