-- Signed contracts of companies for which neither a subscription nor a won opportunity says what they pay: what comes again
-- and again, for how long. `amount` is the price of the whole term (what its opportunity says is one-time left out): of
-- `months` where the term is whole months, else of `days`. Until ended, it is the price of every such term.
with signed as (
    select
        c.contract_id, c.company_id, c.opportunity_id, c.starts_on, c.cancel_on, c.signed_on, c.auto_renew,
        c.notice_period_days,
        c.renewal_on, c.renewal_likelihood, coalesce(c.currency, r.reporting_currency) as currency,
        coalesce(c.term_type = 'evergreen', false) as is_evergreen,
        coalesce(c.ends_on, cast(c.starts_on + interval '1' month * nullif(c.length_months, 0) as date)) as term_to,
        cast(c.contract_value - coalesce(o.one_time_amount, 0) as decimal(38, 12)) as amount,
        c.source_system, c.source_record_id, c.created_at, c.updated_at, c.loaded_at
    from sourced.contract as c
    cross join policy.revenue as r
    cross join policy.behaviour as b
    left join sourced.opportunity as o on c.opportunity_id = o.opportunity_id
    where b.signed_contract_makes_revenue
        and c.source_deleted_at is null and c.company_id is not null
        and c.company_id not in (select s.company_id from sourced.subscription as s where s.company_id is not null)
        and c.company_id not in (select w.company_id from behaviour.won_opportunity as w where w.mrr > 0)
),

counted as (
    select
        s.*, (year(s.term_to) - year(s.starts_on)) * 12 + month(s.term_to) - month(s.starts_on) as months,
        date_diff('day', s.starts_on, s.term_to) as days
    from signed as s
    cross join meta.run as run
    where s.signed_on <= run.as_of_on and s.amount > 0 and s.starts_on < s.term_to
)

select
    contract_id, company_id, opportunity_id, currency, amount, starts_on, cancel_on, auto_renew, notice_period_days,
    renewal_on, renewal_likelihood, is_evergreen,
    case when is_evergreen then cancel_on else least(term_to, cancel_on) end as ends_on,
    case when cast(starts_on + interval '1' month * months as date) = term_to then 'month' else 'day' end
        as billing_interval,
    case when cast(starts_on + interval '1' month * months as date) = term_to then months else days end as interval_count,
    source_system, source_record_id, created_at, updated_at, loaded_at
from counted
