-- What was agreed, and the further terms of what renewed by itself.
with last_term as (
    select first_subscription_id, max(term_no) as term_no
    from behaviour.renewed_term
    group by first_subscription_id
),

original as (
    select
        a.* exclude (renewal_status, replaced_by_id),
        case when l.term_no is null then a.renewal_status else 'renewed' end as renewal_status,
        coalesce(a.replaced_by_id, a.subscription_id || ':renewed:1') as replaced_by_id
    from behaviour.agreed_subscription as a
    join last_term as l on a.subscription_id = l.first_subscription_id
    union all by name
    select a.*
    from behaviour.agreed_subscription as a
    left join last_term as l on a.subscription_id = l.first_subscription_id
    where l.term_no is null
),

renewed as (
    select
        t.subscription_id, a.company_id, a.contract_id, a.opportunity_id, a.product_id, a.currency, a.value, a.auto_renew,
        a.notice_period_days, t.starts_at, t.ends_at, false as is_open_ended, cast(t.ends_at as date) as renewal_on,
        case when t.term_no < l.term_no then 'canceled' else 'active' end as status,
        case when t.term_no < l.term_no then 'renewed' else 'ongoing' end as renewal_status,
        case when t.term_no < l.term_no then t.first_subscription_id || ':renewed:' || (t.term_no + 1) end
            as replaced_by_id,
        a.source_system, a.source_record_id, a.created_at, a.updated_at, a.loaded_at,
        'subscription_renews_itself' as derived_by
    from behaviour.renewed_term as t
    join last_term as l on t.first_subscription_id = l.first_subscription_id
    join behaviour.agreed_subscription as a on t.first_subscription_id = a.subscription_id
),

everything as (
    select * from original
    union all by name
    select * from renewed
)

select
    e.* exclude (renewal_likelihood),
    case
        when e.status = 'canceled' or e.ends_at <= run.as_of then null
        when b.cancel_date_ends_likelihood
            and cast(e.cancel_at as date) <= coalesce(e.renewal_on, cast(e.ends_at as date), cast(e.cancel_at as date))
            then 0
        else coalesce(e.renewal_likelihood, b.renewal_likelihood)
    end as renewal_likelihood
from everything as e
cross join policy.behaviour as b
cross join meta.run as run
