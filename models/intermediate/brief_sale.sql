-- What may be sold: each open opportunity with its money, its day and what is to be done next.
with opportunity as (
    select
        o.*,
        row_number() over (partition by o.company_id order by o.expected_close_on asc nulls last,
            o.opportunity_id asc) as place,
        count(*) over (partition by o.company_id) as opportunities,
        r.as_of_on, p.list_lines, p.quote_length
    from objects.opportunity as o
    join intermediate.brief_subject as s on o.company_id = s.subject_id and s.subject_type = 'company'
    cross join meta.run as r
    cross join policy.brief as p
    where o.status = 'open' and o.source_deleted_at is null
)

select
    'company' as subject_type, company_id as subject_id, 'sales' as section, place as rank,
    '"' || title || '" is open at "' || stage || '"'
    || coalesce(': ' || format('{:,}', cast(round(amount) as bigint)) || ' ' || currency, '')
    || case when expected_close_on < as_of_on then ', was expected by ' else ', expected by ' end
    || coalesce(strftime(expected_close_on, '%-d %b %Y'), 'no day known') || '.' as sentence,
    cast(coalesce(stage_entered_at, created_at) as date) as occurred_on, 'opportunity' as object,
    opportunity_id as object_id
from opportunity
where place <= list_lines
union all
select
    'company', company_id, 'promised', 30,
    'For "' || title || '" the next step is: ' || substring(trim(next_steps), 1, quote_length),
    null, 'opportunity', opportunity_id
from opportunity
where trim(next_steps) <> ''
union all
select
    'company', company_id, 'sales', 1000,
    'And ' || (opportunities - list_lines) || ' more open '
    || case when opportunities - list_lines = 1 then 'opportunity.' else 'opportunities.' end,
    null, 'opportunity', opportunity_id
from opportunity
where place > list_lines
