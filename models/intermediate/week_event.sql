-- What changed in the policy's weeks, one row per thing and company, in a sentence; and how its kind is called in sums.
with sort as (
    select k.kind, k.sort_no, k.unit, k.said, k.one, k.many
    from (values
        ('churn', 1, ' a year', 'Pays nothing any more', 'customer lost', 'customers lost'),
        ('notice', 2, ' a year', 'Gave notice', 'notice given', 'notices given'),
        ('contraction', 3, ' a year', 'Pays less', 'customer pays less', 'customers pay less'),
        ('renewal_lost', 4, ' a year', 'Not renewed', 'renewal lost', 'renewals lost'),
        ('champion_left', 5, '', 'Champion left', 'champion left', 'champions left'),
        ('band_worse', 6, ' a year', 'Health got worse', 'customer in worse health', 'customers in worse health'),
        ('sla_missed', 7, '', 'Promise missed', 'promise about a ticket missed', 'promises about tickets missed'),
        ('overdue', 8, '', 'Not paid in time', 'invoice not paid in time', 'invoices not paid in time'),
        ('deal_lost', 9, '', 'Deal lost', 'deal lost', 'deals lost'),
        ('new', 10, ' a year', 'New customer', 'new customer', 'new customers'),
        ('reactivation', 11, ' a year', 'Came back', 'customer came back', 'customers came back'),
        ('expansion', 12, ' a year', 'Pays more', 'customer pays more', 'customers pay more'),
        ('renewal_renewed', 13, ' a year', 'Renewed', 'renewal went through', 'renewals went through'),
        ('renewal_due', 14, ' a year', 'Came up for renewal, undecided', 'renewal undecided', 'renewals undecided'),
        ('deal_won', 15, '', 'Deal won', 'deal won', 'deals won'),
        ('band_better', 16, ' a year', 'Health got better', 'customer in better health', 'customers in better health'),
        (
            'stage_back', 17, '', 'Fell back on the value path',
            'company fell back on the value path', 'companies fell back on the value path'
        ),
        (
            'stage_forward', 18, '', 'Got further on the value path',
            'company got further on the value path', 'companies got further on the value path'
        ),
        ('nps', 19, '', 'NPS', 'NPS answer', 'NPS answers'),
        ('delivered', 20, '', 'Handed over', 'thing handed over', 'things handed over'),
        ('reached', 21, '', 'Reached', 'milestone reached', 'milestones reached'),
        ('ticket_opened', 22, '', 'Ticket opened', 'ticket opened', 'tickets opened'),
        ('ticket_solved', 23, '', 'Ticket solved', 'ticket solved', 'tickets solved')
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
    union all
    select
        company_id, changed_on as happened_on,
        case when score < score_before then 'band_worse' else 'band_better' end as kind,
        'band_change' as object, company_id || '/' || strftime(changed_on, '%Y-%m-%d') as object_id,
        cast(round(case when score < score_before then -arr else arr end, 2) as decimal(18, 4)) as amount,
        ' From ' || replace(from_band, '_', ' ') || ' to ' || replace(to_band, '_', ' ')
        || ', above all: ' || coalesce(e.words, b.cause) || '.' as words, 0 as tone
    from marts.band_change as b
    left join policy.brief_causes as e on b.cause = e.theme
)

select
    cast(date_trunc('week', h.happened_on) as date) as week, h.company_id, h.happened_on, h.kind, h.object,
    h.object_id, h.amount, h.tone, p.reporting_currency as currency,
    k.sort_no, k.unit, k.one, k.many,
    k.said || coalesce(
        ': ' || format('{:,.2f}', cast(round(abs(h.amount), 2) as double)) || ' ' || p.reporting_currency
        || k.unit, ''
    ) || case when h.amount is null and h.words <> '' then ':' else '.' end || h.words as sentence
from happened as h
join sort as k on h.kind = k.kind
cross join meta.run as r
cross join policy.portfolio as w
cross join policy.revenue as p
where h.happened_on <= r.as_of_on
    and h.happened_on >= cast(date_trunc('week', r.as_of_on) as date) - 7 * (cast(w.weeks_back as integer) - 1)
