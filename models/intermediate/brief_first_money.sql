-- What matters most about a company's money: notice given, invoices overdue, a renewal that is near.
with customer as (
    select
        s.subject_id as company_id, t.customer_status, t.customer_to, v.arr, v.currency,
        v.currency as reporting_currency,
        r.as_of_on, p.renewal_days
    from intermediate.brief_subject as s
    join intermediate.company_status as t on s.subject_id = t.company_id
    join intermediate.company_revenue as v on s.subject_id = v.company_id
    cross join meta.run as r
    cross join policy.brief as p
    where s.subject_type = 'company'
),

called_off as (
    select
        s.company_id,
        arg_max(
            nullif(nullif(replace(s.cancel_reason, '_', ' '), 'other'), 'cancellation requested'),
            (s.canceled_at, s.subscription_id)
        ) as reason
    from objects.subscription as s
    where s.source_deleted_at is null and s.canceled_at is not null
    group by s.company_id
),

leaving as (
    select
        c.company_id,
        case when c.customer_status = 'canceled' then 'They have given notice and leave' else 'They left us' end
        -- What ends at midnight ends on the day before for everybody but us.
        || coalesce(
            ' on ' || strftime(
                case when c.customer_status = 'lost' then least(c.customer_to, c.as_of_on) else c.customer_to end,
                '%-d %b %Y'
            ), ''
        )
        || coalesce(' (reason: ' || o.reason || ')', '')
        || case when c.customer_status = 'canceled' and c.arr > 0
                then '; ' || format('{:,}', cast(round(c.arr) as bigint)) || ' ' || c.currency || ' a year go with them'
            else ''
        end || '.' as sentence,
        c.customer_to as occurred_on
    from customer as c
    left join called_off as o on c.company_id = o.company_id
    where c.customer_status in ('canceled', 'lost')
),

owed as (
    select
        c.company_id, i.invoice_id, i.due_on,
        case when t.overdue_count = 1 then 'One invoice is' else t.overdue_count || ' invoices are' end
        || ' overdue: ' || format('{:,}', cast(round(t.overdue_amount) as bigint)) || ' ' || c.reporting_currency
        || case when t.overdue_count = 1 then ', for ' else ', the oldest for ' end || t.overdue_days
        || case when t.overdue_days = 1 then ' day.' else ' days.' end as sentence
    from customer as c
    join intermediate.company_invoice as t on c.company_id = t.company_id and t.overdue_count > 0
    join objects.invoice as i on c.company_id = i.company_id
    where i.status not in ('draft', 'paid', 'void', 'uncollectible', 'scheduled')
        and coalesce(i.amount_due, i.total - coalesce(i.amount_paid, 0)) > 0
        and i.due_on < c.as_of_on
        and not coalesce(i.is_generated, false)
        and i.source_deleted_at is null
        and coalesce(i.issued_on <= c.as_of_on, true)
),

renewing as (
    select w.company_id, w.sentence, w.renews_on, w.object, w.object_id
    from intermediate.brief_renewal as w
    where w.is_near
)

select
    'company' as subject_type, l.company_id as subject_id, 'first' as section, 10 as rank, l.sentence,
    l.occurred_on, 'subscription' as object, s.subscription_id as object_id
from leaving as l
join objects.subscription as s on l.company_id = s.company_id
where s.source_deleted_at is null and s.status not in ('incomplete', 'incomplete_expired')
union all
select 'company', company_id, 'first', 20, sentence, min(due_on) over (partition by company_id), 'invoice',
    invoice_id from owed
union all
select 'company', company_id, 'first', 50, sentence, renews_on, object, object_id from renewing
