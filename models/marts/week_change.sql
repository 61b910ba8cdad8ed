with week as (
    select distinct cast(date_trunc('week', d.day) as date) as week
    from marts.mrr_day as d
    cross join meta.run as r
    cross join policy.portfolio as p
    where d.day <= r.as_of_on
        and d.day >= cast(date_trunc('week', r.as_of_on) as date) - 7 * (cast(p.weeks_back as integer) - 1)
),

-- Where the business stands at the end of each week, or now.
level as (
    select w.week, d.arr, b.arr as arr_before, d.currency
    from week as w
    join policy.revenue as p on true
    cross join meta.run as r
    join marts.mrr_day as d on p.policy_id = d.policy_id and d.day = least(w.week + 6, r.as_of_on)
    left join marts.mrr_day as b on p.policy_id = b.policy_id and b.day = w.week - 1
),

summed as (
    select
        week, kind, currency, sort_no, unit, one, many, sum(amount) as amount, sum(tone) as tone,
        case
            when kind in ('new', 'reactivation', 'expansion', 'contraction', 'churn')
                then count(distinct coalesce(company_id, '(unknown)'))
            else count(*)
        end as item_count
    from intermediate.week_event
    group by week, kind, currency, sort_no, unit, one, many
),

line as (
    select
        week, coalesce(company_id, '(unknown)') as scope, company_id, kind, sort_no, 1 as item_count, amount,
        currency, sentence, happened_on, object, object_id
    from intermediate.week_event
    union all
    select
        week, '(all)' as scope, cast(null as varchar) as company_id, kind, sort_no, item_count, amount, currency,
        item_count || ' ' || case when item_count = 1 then one else many end
        || coalesce(
            ': ' || format('{:,.2f}', cast(round(abs(amount), 2) as double)) || ' ' || currency || unit, ''
        )
        || case
            when kind = 'nps' then ': a score of ' || cast(cast(round(100.0 * tone / item_count) as bigint) as varchar)
            else ''
        end || '.' as sentence,
        cast(null as date) as happened_on, cast(null as varchar) as object, cast(null as varchar) as object_id
    from summed
    union all
    select
        week, '(all)' as scope, cast(null as varchar) as company_id, 'arr' as kind, 0 as sort_no, 1 as item_count,
        arr - coalesce(arr_before, 0) as amount, currency,
        'ARR ' || format('{:,.2f}', cast(round(arr, 2) as double)) || ' ' || currency || ', '
        || format('{:,.2f}', cast(round(abs(arr - coalesce(arr_before, 0)), 2) as double))
        || case when arr < arr_before then ' less' else ' more' end
        || ' than a week before, exchange rates included.' as sentence,
        cast(null as date) as happened_on, cast(null as varchar) as object, cast(null as varchar) as object_id
    from level
)

select
    l.week, l.scope, l.company_id,
    row_number() over (
        partition by l.week, l.scope
        order by
            l.sort_no = 0 desc, abs(l.amount) desc nulls last, l.sort_no asc, l.happened_on asc,
            l.object asc, l.object_id asc
    ) as place,
    l.week + 6 <= r.as_of_on as is_complete, l.kind, l.item_count, l.amount, l.currency, l.sentence, l.happened_on,
    l.object, l.object_id
from line as l
cross join meta.run as r
