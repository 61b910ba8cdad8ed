-- What changed in the policy's weeks, one row per thing and company, in a sentence; and how its kind is called in sums.
with sort as (
    select k.kind, k.sort_no, k.unit, k.said, k.one, k.many
    from (values
        ('churn', 1, ' a year', 'Pays nothing any more', 'customer lost', 'customers lost'),
        ('notice', 2, ' a year', 'Gave notice', 'notice given', 'notices given'),
        ('contraction', 3, ' a year', 'Pays less', 'customer pays less', 'customers pay less'),
        ('renewal_lost', 4, ' a year', 'Not renewed', 'renewal lost', 'renewals lost'),
        ('champion_left', 5, '', 'Champion left', 'champion left', 'champions left'),
        ('sla_missed', 6, '', 'Promise missed', 'promise about a ticket missed', 'promises about tickets missed'),
        ('overdue', 7, '', 'Not paid in time', 'invoice not paid in time', 'invoices not paid in time'),
        ('deal_lost', 8, '', 'Deal lost', 'deal lost', 'deals lost'),
        ('new', 9, ' a year', 'New customer', 'new customer', 'new customers'),
        ('reactivation', 10, ' a year', 'Came back', 'customer came back', 'customers came back'),
        ('expansion', 11, ' a year', 'Pays more', 'customer pays more', 'customers pay more'),
        ('renewal_renewed', 12, ' a year', 'Renewed', 'renewal went through', 'renewals went through'),
        ('renewal_due', 13, ' a year', 'Came up for renewal, undecided', 'renewal undecided', 'renewals undecided'),
        ('deal_won', 14, '', 'Deal won', 'deal won', 'deals won'),
        ('stage_back', 15, '', 'Fell back on the value path', 'fell back on the value path', 'fell back on the value path'),
        ('stage_forward', 16, '', 'Went on on the value path', 'went on on the value path', 'went on on the value path'),
        ('nps', 17, '', 'NPS', 'NPS answer', 'NPS answers'),
        ('delivered', 18, '', 'Handed over', 'thing handed over', 'things handed over'),
        ('reached', 19, '', 'Reached', 'milestone reached', 'milestones reached'),
        ('ticket_opened', 20, '', 'Ticket opened', 'ticket opened', 'tickets opened'),
        ('ticket_solved', 21, '', 'Ticket solved', 'ticket solved', 'tickets solved')
    ) as k (kind, sort_no, unit, said, one, many)
),

happened as (
    select company_id, happened_on, kind, object, object_id, amount, words, 0 as tone
    from intermediate.week_money
    union all
    select
        company_id, happened_on, kind, object, object_id, cast(null as decimal(18, 4)) as amount, words, tone
    from intermediate.week_work
    union all
    select
        company_id, happened_on, kind, 'company' as object, company_id as object_id,
        cast(null as decimal(18, 4)) as amount, words, 0 as tone
    from intermediate.week_stage
)

select
    cast(date_trunc('week', h.happened_on) as date) as week, h.company_id, h.happened_on, h.kind, h.object, h.object_id, h.amount, h.tone, p.reporting_currency as currency,
    k.sort_no, k.unit, k.one, k.many,
    k.said || coalesce(
        ': ' || cast(cast(round(abs(h.amount), 2) as decimal(18, 2)) as varchar) || ' ' || p.reporting_currency || k.unit, ''
    ) || case when h.amount is null and h.words <> '' then ':' else '.' end || h.words as sentence
from happened as h
join sort as k on h.kind = k.kind
cross join meta.run as r
cross join policy.portfolio as w
cross join policy.revenue as p
where h.happened_on <= r.as_of_on
    and h.happened_on >= cast(date_trunc('week', r.as_of_on) as date) - 7 * (cast(w.weeks_back as integer) - 1)
