-- The next renewal of each company worth a brief, in a sentence, with the agreement behind it: near by policy, or not.
with next_one as (
    select n.*
    from marts.renewal as n
    cross join meta.run as r
    cross join policy.brief as p
    where n.status = 'open' or (n.status = 'due' and date_diff('day', n.renews_on, r.as_of_on) <= p.renewal_days)
    qualify row_number() over (partition by n.company_id order by n.renews_on asc, n.renewal_id asc) = 1
),

-- What renews on the same day is told as one.
together as (
    select
        o.company_id, o.renews_on, o.status, o.notice_on, o.is_notice_passed, o.auto_renew, m.reporting_currency,
        m.subscription_id, m.contract_id,
        sum(m.base_mrr_reporting) over (partition by m.company_id) as mrr
    from next_one as o
    join marts.renewal as m on o.company_id = m.company_id and o.renews_on = m.renews_on and o.status = m.status
),

worded as (
    select
        t.*,
        t.status = 'due' or date_diff('day', r.as_of_on, t.renews_on) <= p.renewal_days as is_near,
        case
            when t.status = 'due' then 'Their renewal came up on ' || strftime(t.renews_on, '%-d %b %Y')
            || ' and nothing is decided'
            else 'They renew on ' || strftime(t.renews_on, '%-d %b %Y')
                || case date_diff('day', r.as_of_on, t.renews_on)
                    when 0 then ', today' when 1 then ', tomorrow'
                    else ', in ' || date_diff('day', r.as_of_on, t.renews_on) || ' days'
                end
        end
        || case when t.mrr > 0 and (round(12 * t.mrr) <> round(v.arr) or is_near)
                then ': ' || format('{:,}', cast(round(12 * t.mrr) as bigint)) || ' ' || t.reporting_currency
                || ' a year'
            else ''
        end
        || case
            when t.status = 'due' then '.'
            when t.auto_renew and t.is_notice_passed then '. It renews by itself; the last day to give notice is past.'
            when t.auto_renew and t.notice_on < t.renews_on
                then '. It renews by itself unless they give notice by ' || strftime(t.notice_on, '%-d %b %Y') || '.'
            when t.auto_renew then '. It renews by itself.'
            else '. It does not renew by itself.'
        end as sentence
    from together as t
    join intermediate.company_revenue as v on t.company_id = v.company_id
    cross join meta.run as r
    cross join policy.brief as p
)

select w.company_id, w.renews_on, w.is_near, w.sentence, 'contract' as object, w.contract_id as object_id
from worded as w
join intermediate.brief_subject as s on w.company_id = s.subject_id and s.subject_type = 'company'
where w.contract_id is not null
union
select w.company_id, w.renews_on, w.is_near, w.sentence, 'subscription' as object, w.subscription_id as object_id
from worded as w
join intermediate.brief_subject as s on w.company_id = s.subject_id and s.subject_type = 'company'
where w.subscription_id is not null
