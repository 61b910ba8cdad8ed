-- What matters most about who does not pay, or not yet: the day on which they begin to, and what may be sold to them.
with prospect as (
    select s.subject_id as company_id, r.as_of, r.as_of_on
    from intermediate.brief_subject as s
    join intermediate.company_status as t on s.subject_id = t.company_id
    cross join meta.run as r
    where s.subject_type = 'company' and t.customer_status in ('prospect', 'coming', 'lost')
),

start as (
    select
        p.company_id, p.subscription_id, p.from_on, c.as_of_on, coalesce(s.trial_ends_at > c.as_of, false) as is_trial
    from intermediate.paid_subscription as p
    join prospect as c on p.company_id = c.company_id
    join objects.subscription as s on p.subscription_id = s.subscription_id
    where p.paid_from > c.as_of and p.goes_on
    qualify row_number() over (partition by p.company_id order by p.paid_from asc, p.subscription_id asc) = 1
),

opportunity as (
    select
        o.company_id, o.opportunity_id, o.stage, o.expected_close_on, c.as_of_on, t.open_amount as amount,
        v.currency, t.open_count,
        row_number() over (
            partition by o.company_id order by o.expected_close_on asc nulls last, o.opportunity_id asc
        ) as place
    from objects.opportunity as o
    join prospect as c on o.company_id = c.company_id
    join intermediate.company_pipeline as t on o.company_id = t.company_id
    join intermediate.company_revenue as v on o.company_id = v.company_id
    where o.status = 'open' and o.source_deleted_at is null
),

sale as (
    select
        company_id, expected_close_on as occurred_on,
        case
            when open_count = 1 then 'One opportunity is open, at "' || stage || '"'
            else open_count || ' opportunities are open, the nearest at "' || stage || '"'
        end
        || case when amount > 0 then ': ' || format('{:,}', cast(round(amount) as bigint)) || ' ' || currency
                || case when open_count > 1 then ' together' else '' end
            else ''
        end
        || case
            when expected_close_on < as_of_on then '; it was expected by ' || strftime(expected_close_on, '%-d %b %Y')
            else coalesce('; expected by ' || strftime(expected_close_on, '%-d %b %Y'), '')
        end || '.' as sentence
    from opportunity
    where place = 1
)

select
    'company' as subject_type, company_id as subject_id, 'first' as section, 45 as rank,
    case when is_trial then 'Their trial ends on ' else 'They become a customer on ' end || strftime(from_on, '%-d %b %Y')
    || case date_diff('day', as_of_on, from_on)
        when 1 then ', tomorrow' else ', in ' || date_diff('day', as_of_on, from_on) || ' days'
    end || '.' as sentence,
    from_on as occurred_on, 'subscription' as object, subscription_id as object_id
from start
union all
select 'company', s.company_id, 'first', 48, s.sentence, s.occurred_on, 'opportunity', o.opportunity_id
from sale as s
join opportunity as o on s.company_id = o.company_id
