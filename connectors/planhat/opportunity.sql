with member as (
    select w.word, min(u.id) as id
    from
        raw_planhat.users__latest as u,
        unnest([u.id, lower(trim(u.nick_name)), lower(trim(concat_ws(' ', u.first_name, u.last_name)))]) as w (word)
    group by w.word
    having count(distinct u.id) = 1
),
named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
pursued as (
    select
        o._row_id, o._loaded_at, o.custom, o.custom_fields, o.id, o.title, o.company_id, o.company_name, o.sales_stage as stage,
        lower(trim(o.status)) as status, o.currency, o.mrr, o.arr, o.non_recurring as one_time, null as amount,
        coalesce(o.contract_length, '12') as months, o.opportunity_type, o.probability, o.owner_id,
        coalesce(o.landing_date, o.close_date) as expected, coalesce(o.close_date, o.landing_date) as closed, o.stage_history,
        coalesce(o.created_at, o.create_date, o.deal_date) as created_at, o.updated_at
    from raw_planhat.opportunities__latest as o
    union all
    select
        d._row_id, d._loaded_at, d.custom, d.custom_fields, d.id, d.name, d.company_id, d.company_name, d.stage,
        case regexp_replace(lower(d.stage), '[^a-z]', '', 'g') when 'closedwon' then 'won' when 'closedlost' then 'lost'
            else 'active' end,
        d.currency, d.mrr, d.arr, d.fees, d.total, null, d.deal_type, null, d.owner_id, d.close_date as expected, d.close_date as closed, null,
        coalesce(d.created_at, d.create_date), d.updated_at
    from raw_planhat.deals__latest as d
),
worded as (
    select
        p.*, try_cast(p.custom_fields as json) as own,
        coalesce(try_cast(p.owner_id as json) ->> '$._id', try_cast(p.owner_id as json) ->> '$.id', trim(p.owner_id)) as owner_word,
        regexp_replace(
            lower(coalesce(p.opportunity_type, try_cast(p.custom_fields as json) ->> '$."Opportunity Type"')), '[^a-z]', '', 'g'
        ) as type_word,
        coalesce(p.probability, try_cast(p.custom_fields as json) ->> '$.Probability') as chance,
        round(coalesce(try_cast(p.mrr as decimal(34, 16)), try_cast(p.arr as decimal(34, 16)) / 12), 4) as monthly,
        -- a month's share need not be exact, the year's is
        round(coalesce(try_cast(p.arr as decimal(18, 4)) * try_cast(p.months as integer) / 12,
            try_cast(p.mrr as decimal(28, 10)) * try_cast(p.months as integer)), 4) as recurring,
        try_cast(p.one_time as decimal(18, 4)) as once
    from pursued as p
),
entered as (
    select w.id, max(coalesce(h.item ->> '$.start', h.item ->> '$.date', h.item ->> '$.time')) as entered_at
    from worded as w, unnest(try_cast(w.stage_history as json[])) as h (item)
    where w.stage in (h.item ->> '$.salesStage', h.item ->> '$.stage', h.item ->> '$.value')
    group by w.id
)
select
    w._row_id, w._loaded_at,
    nullif(json_merge_patch(coalesce(w.custom, '{}'), coalesce(w.own, '{}')), '{}') as custom,
    w.id as source_record_id,
    coalesce(w.company_id, n.id) as company_id,
    coalesce(nullif(trim(w.title), ''), w.stage) as title,
    case
        when w.type_word in ('renewal', 'upsell', 'downsell') then w.type_word
        when w.type_word in ('newbusiness', 'new') then 'new_business'
        when w.type_word = 'crosssell' then 'cross_sell'
        when w.type_word in ('expansion', 'existingbusiness') then 'upsell'
    end as opportunity_type,
    case w.status when 'active' then 'open' else coalesce(w.status, 'open') end as status,
    w.stage,
    e.entered_at as stage_entered_at,
    coalesce(
        cast(round(try_cast(w.amount as decimal(34, 16)), 4) as varchar), w.amount,
        cast(cast(w.recurring as decimal(18, 4)) + coalesce(w.once, 0) as varchar), w.one_time
    ) as amount,
    upper(coalesce(try_cast(w.currency as json) ->> '$._id', w.currency)) as currency,
    coalesce(cast(cast(w.monthly as decimal(18, 4)) as varchar), w.mrr, w.arr) as mrr,
    coalesce(cast(w.once as varchar), w.one_time) as one_time_amount,
    -- a share, or a percentage
    case when try_cast(w.chance as decimal(9, 4)) > 1 then cast(cast(w.chance as decimal(9, 4)) * 0.01 as varchar)
        else w.chance end as probability,
    w.months as contract_length_months,
    w.expected as expected_close_on,
    case when w.status in ('won', 'lost') then w.closed end as closed_at,
    case when w.status = 'lost' then w.own ->> '$."Lost Reason"' end as lost_reason,
    w.own ->> '$."Next Steps"' as next_steps,
    w.own ->> '$."Lead Source"' as lead_source,
    coalesce(m.id, w.owner_word) as owner_id,
    w.created_at,
    w.updated_at
from worded as w
left join member as m on lower(w.owner_word) = m.word
left join named as n on lower(trim(w.company_name)) = n.name
left join entered as e on w.id = e.id
