-- Contracts as sent and those derived from won opportunities, with the status that follows from their dates.
with derived as (
    select
        opportunity_id || ':won' as contract_id, company_id, opportunity_id, title as name,
        won_on as signed_on, won_on as starts_on, agreed_to as ends_on,
        coalesce(amount, mrr * length_months + coalesce(one_time_amount, 0), one_time_amount) as contract_value,
        currency,
        case when length_months is null then 'evergreen' else 'fixed' end as term_type,
        length_months,
        source_system, source_record_id, created_at, updated_at, loaded_at,
        'won_opportunity' as derived_by
    from behaviour.won_opportunity
    where sent_contract_id is null
),

everything as (
    select * from sourced
    union all by name
    select * from derived
),

timed as (
    select
        e.*,
        case
            when e.ends_on <= run.as_of_on then 'ended'
            when e.signed_on is null or e.signed_on > run.as_of_on then 'draft'
            when e.starts_on > run.as_of_on then 'scheduled'
            when e.term_type = 'fixed' and not coalesce(e.auto_renew, false)
                and cast(e.starts_on + interval '1' month * e.length_months as date) <= run.as_of_on
                then 'out_of_contract'
            else 'live'
        end as status_by_dates,
        coalesce(e.renewal_on, e.ends_on) as renews_on
    from everything as e
    cross join meta.run as run
)

select
    t.* exclude (status, renewal_likelihood, status_by_dates, renews_on),
    case when b.contract_status_follows_dates then t.status_by_dates else t.status end as status,
    case
        when t.status_by_dates = 'ended' then null
        when b.cancel_date_ends_likelihood and t.cancel_on <= coalesce(t.renews_on, t.cancel_on) then 0
        else coalesce(t.renewal_likelihood, b.renewal_likelihood)
    end as renewal_likelihood
from timed as t
cross join policy.behaviour as b
