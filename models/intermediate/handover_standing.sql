-- What somebody who takes over an account needs to know of how it stands, one row per fact: what it pays, who owned it,
-- its people, what renews, what threatens it and what is owed. `rank_no` puts the facts of a section in order.
select
    company_id, 'account' as section, 0 as rank_no,
    case customer_status
        when 'prospect' then 'Not a customer yet.'
        when 'coming'
            then 'Will be a customer' || coalesce(' from ' || strftime(customer_since, '%-d %b %Y'), '') || '.'
        when 'lost' then 'Was a customer' || coalesce(' until ' || strftime(customer_to, '%-d %b %Y'), '') || '.'
        else 'Customer' || coalesce(' since ' || strftime(customer_since, '%-d %b %Y'), '') || ', pays '
            || format('{:,.2f}', cast(round(arr, 2) as double)) || ' ' || currency || ' a year'
            || case when customer_to is null then '.' else ', until ' || strftime(customer_to, '%-d %b %Y') || '.' end
    end || ' Owner: ' || coalesce(owner_name, 'nobody') || coalesce('; success manager: ' || csm_name, '')
    || '.' as sentence,
    'company' as object, company_id as object_id
from marts.company_360
union all
select
    h.company_id, 'account' as section, 1 + date_diff('day', max(cast(h.valid_to as date)), r.as_of_on) as rank_no,
    max(m.name) || ' owned it until ' || strftime(max(h.valid_to), '%-d %b %Y') || '.' as sentence,
    'team_member' as object, m.team_member_id as object_id
from history.company as h
join objects.company as c on h.company_id = c.company_id
join objects.team_member as m on h.owner_id = m.team_member_id
cross join meta.run as r
where h.valid_to is not null and h.valid_to <= r.as_of and h.owner_id is distinct from c.owner_id
group by h.company_id, m.team_member_id, r.as_of_on
union all
select
    p.company_id, 'people' as section,
    case when coalesce(p.decision_role, 'unknown') = 'unknown' then 100000 else 0 end
    + coalesce(least(date_diff('day', cast(p.last_touch_at as date), r.as_of_on), 99998), 99999) as rank_no,
    p.name || coalesce(', ' || p.job_title, '')
    || coalesce(' (' || replace(nullif(p.decision_role, 'unknown'), '_', ' ') || ')', '')
    || coalesce('; last in touch on ' || strftime(p.last_touch_at, '%-d %b %Y'), '; never in touch')
    || coalesce('; ' || p.email, '') || case when p.email_preference = 'bounced' then ' (mail comes back)' else '' end
    || '.' as sentence,
    'contact' as object, p.contact_id as object_id
from marts.contact_360 as p
cross join meta.run as r
where p.company_id is not null and p.role_ended_on is null
union all
select
    company_id, 'renewal' as section, date_diff('day', date '2000-01-01', renews_on) as rank_no,
    'Renews on ' || strftime(renews_on, '%-d %b %Y') || ': '
    || format('{:,.2f}', cast(round(12 * base_mrr, 2) as double)) || ' ' || currency || ' a year, '
    || cast(cast(round(100 * likelihood) as bigint) as varchar) || '% likely; '
    || case when is_notice_passed then 'the last day for notice was ' else 'notice until ' end
    || strftime(notice_on, '%-d %b %Y') || case when auto_renew then '; renews by itself.' else '.' end as sentence,
    'renewal' as object, renewal_id as object_id
from marts.renewal
where status = 'open'
union all
select
    company_id, 'risk' as section, 0 as rank_no, risk_words as sentence, 'company' as object, company_id as object_id
from marts.portfolio_account
where risk is not null
union all
select
    i.company_id, 'risk' as section, date_diff('day', date '2000-01-01', i.due_on) as rank_no,
    coalesce('Invoice ' || i.number, 'An invoice') || ' is overdue since ' || strftime(i.due_on, '%-d %b %Y') || ': '
    || format('{:,.2f}', cast(round(coalesce(i.amount_due, i.total - coalesce(i.amount_paid, 0)), 2) as double))
    || ' ' || i.currency || '.' as sentence,
    'invoice' as object, i.invoice_id as object_id
from objects.invoice as i
cross join meta.run as r
where i.status not in ('draft', 'paid', 'void', 'uncollectible', 'scheduled') and i.due_on < r.as_of_on
    and coalesce(i.amount_due, i.total - coalesce(i.amount_paid, 0)) > 0
    and not coalesce(i.is_generated, false) and i.source_deleted_at is null
    and coalesce(i.issued_on <= r.as_of_on, true)
union all
select
    company_id, case when band = 'thriving' then 'account' else 'risk' end as section, 1 as rank_no,
    'Health ' || cast(cast(round(score) as bigint) as varchar) || ' of 100 (' || replace(band, '_', ' ') || ')'
    || coalesce(', 30 days before ' || cast(cast(round(score_30d_ago) as bigint) as varchar), '')
    || coalesce('; above all: ' || coalesce(w.words, h.main_cause), '') || '.' as sentence,
    'company' as object, company_id as object_id
from marts.health_score as h
left join policy.brief_causes as w on h.main_cause = w.theme
where h.band is not null
