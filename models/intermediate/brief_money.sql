-- What they pay, how that moved, the next renewal where it is not near, what was agreed and not billed, and open sales.
with subject as (
    select s.subject_id as company_id, v.mrr, v.arr, v.currency
    from intermediate.brief_subject as s
    join intermediate.company_revenue as v on s.subject_id = v.company_id
    where s.subject_type = 'company'
),

live as (
    select company_id, subscription_id
    from objects.subscription
    where source_deleted_at is null and status not in ('incomplete', 'incomplete_expired')
),

moved as (
    select
        m.company_id, m.month,
        case m.movement
            when 'new' then 'started with ' || format('{:,}', cast(round(m.new) as bigint))
            when 'reactivation' then 'came back with ' || format('{:,}', cast(round(m.reactivation) as bigint))
            when 'expansion' then 'grew by ' || format('{:,}', cast(round(m.expansion) as bigint))
            when 'contraction' then 'shrank by ' || format('{:,}', cast(round(m.contraction) as bigint))
            else 'stopped paying ' || format('{:,}', cast(round(m.churn) as bigint))
        end || ' ' || m.currency || ' a month in ' || strftime(m.month, '%B %Y') as words
    from marts.company_month as m
    join policy.revenue as p on m.policy_id = p.policy_id
    where m.movement <> 'none'
    qualify row_number() over (partition by m.company_id order by m.month desc) <= 3
),

told as (
    select company_id, 'Changes: ' || string_agg(words, '; ' order by month desc) as words,
        min(month) as first, max(month) as last
    from moved
    group by company_id
),

-- What they pay in another currency changes with its rates, too.
converted as (
    select t.company_id, cast(round(sum(m.fx)) as bigint) as amount, any_value(m.currency) as currency
    from told as t
    join marts.company_month as m on t.company_id = m.company_id and t.first <= m.month
    join policy.revenue as p on m.policy_id = p.policy_id
    group by t.company_id
),

history as (
    select
        t.company_id, t.last as month,
        t.words || case
            when c.amount <> 0
                then '; since ' || strftime(t.first, '%B %Y') || ' exchange rates '
                    || case when c.amount > 0 then 'added ' else 'took ' end
                    || format('{:,}', abs(c.amount)) || ' ' || c.currency || ' a month'
            else ''
        end || '.' as sentence
    from told as t
    join converted as c on t.company_id = c.company_id
),

lost as (
    select
        l.company_id, l.expected_invoice_id, l.invoice_id,
        case l.reason
            when 'not_billed' then 'Agreed and not billed'
            when 'price_differs' then 'Billed at another price than agreed'
            when 'quantity_differs' then 'Billed for another quantity than agreed'
            when 'discount' then 'Billed with another discount than agreed'
            else 'Billed without an agreement'
        end
        || ' since ' || strftime(min(l.since_on) over same_kind, '%-d %b %Y') || ': '
        || format('{:,}', cast(round(sum(l.amount) over same_kind) as bigint)) || ' ' || l.currency || '.' as sentence,
        min(l.since_on) over same_kind as since_on
    from marts.leak as l
    where l.reason <> 'unpaid'
    window same_kind as (partition by l.company_id, l.reason, l.currency)
),

found as (
    select
        s.company_id, 10 as rank,
        'They pay ' || format('{:,}', cast(round(s.arr) as bigint)) || ' ' || s.currency || ' a year ('
        || format('{:,}', cast(round(s.mrr) as bigint)) || ' a month).' as sentence,
        cast(null as date) as occurred_on, 'subscription' as object, l.subscription_id as object_id
    from subject as s
    join live as l on s.company_id = l.company_id
    where s.arr > 0
    union all
    select h.company_id, 20, h.sentence, h.month, 'subscription', l.subscription_id
    from history as h
    join live as l on h.company_id = l.company_id
    union all
    select company_id, 30, sentence, renews_on, object, object_id from intermediate.brief_renewal where not is_near
    union all
    select company_id, 40, sentence, since_on, 'expected_invoice', expected_invoice_id
        from lost where expected_invoice_id is not null
    union all
    select company_id, 40, sentence, since_on, 'invoice', invoice_id from lost where invoice_id is not null
)

select 'company' as subject_type, f.company_id as subject_id, 'money' as section, f.* exclude (company_id)
from found as f
join subject as s on f.company_id = s.company_id
