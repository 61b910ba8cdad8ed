with owner_name as (
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o group by all having count(*) = 1
),
told_stage as (
    select t.item ->> '$.id' as id, t.item ->> '$.label' as label, t.item ->> '$.metadata.probability' as probability
    from raw_hubspot.deal_pipelines__latest as p, unnest(try_cast(p.stages as json[])) as t (item)
    union all
    select s.stage_id, s.label, s.probability from raw_hubspot.deal_stages__latest as s
),
stage as (select t.id, max(t.label) as label, max(t.probability) as probability from told_stage as t group by t.id),
merged as (
    select trim(m.gone_id) as gone_id, max(d.updated_at) as merged_at
    from raw_hubspot.deals__latest as d, unnest(string_split(d.hs_merged_object_ids, ';')) as m (gone_id) group by all
),
one_time as (
    -- an amount that is no number is handed on as it is, so that the deal is refused and says why
    select
        coalesce(l.associated_deal_ids, try_cast(l.associations as json) ->> '$.deals.results[0].id') as deal_id,
        max(case when not regexp_matches(l.amount, '^-?\d{1,14}(\.\d+)?$') then l.amount end) as unreadable,
        sum(case when regexp_matches(l.amount, '^-?\d{1,14}(\.\d+)?$') then cast(l.amount as decimal(18, 4)) end)
            as amount
    from raw_hubspot.line_items__latest as l
    where l.recurringbillingfrequency is null and coalesce(lower(l.archived), 'false') <> 'true' group by all
),
linked as (
    -- pages of the associations API: v4 gives the kind of link as a number (5 is primary), v3 as a word
    select
        a.id, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id') as company_id, a._loaded_at,
        regexp_matches(cast(l.link as varchar), '"typeId": ?5\D|"deal_to_company"') as is_primary
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?(5|341)\D|"deal_to_company')
),
paged as (
    select l.id, arg_max(l.company_id, (l.is_primary, l._loaded_at, l.company_id)) as company_id from linked as l group by l.id
),
deal as (
    select
        d.*, s.label, m.merged_at, coalesce(d.createdate, d.created_at) as made, d.closedate as ends,
        coalesce(d.hs_deal_stage_probability, s.probability) as chance,
        regexp_replace(lower(coalesce(s.label, d.dealstage)), '[^a-z]', '', 'g') as stage_word,
        regexp_replace(lower(d.dealtype), '[^a-z]', '', 'g') as type_word
    from raw_hubspot.deals__latest as d
    left join stage as s on d.dealstage = s.id
    left join merged as m on d.id = m.gone_id
),
judged as (
    select
        d.*,
        case when regexp_matches(d.ends, '^\d{13}$') then epoch_ms(d.ends::bigint)::varchar else d.ends end as closes,
        -- a portal may call its closed stages anything; HubSpot itself gives won ones the chance 1 and lost ones 0
        case
            when lower(d.hs_is_closed_won) = 'true' or d.stage_word in ('closedwon', 'won') then 'won'
            when lower(d.hs_is_closed_lost) = 'true' or d.stage_word in ('closedlost', 'lost') then 'lost'
            when lower(d.hs_is_closed) = 'false' then 'open'
            when regexp_matches(d.chance, '^1(\.0*)?$') then 'won'
            when regexp_matches(d.chance, '^0(\.0*)?$') then 'lost'
            else 'open'
        end as status
    from deal as d
)
select
    d._row_id, d._loaded_at, d.custom,
    d.id as source_record_id,
    d.dealname as title,
    coalesce(
        d.hs_primary_associated_company, split_part(d.associated_company_ids_primary, ';', 1),
        split_part(d.associated_company_ids, ';', 1), try_cast(d.associations as json) ->> '$.companies.results[0].id',
        g.company_id
    ) as company_id,
    case
        when d.type_word = 'newbusiness' then 'new_business'
        when d.type_word = 'existingbusiness' then 'upsell'
        when d.type_word = 'crosssell' then 'cross_sell'
        when d.type_word in ('renewal', 'upsell', 'downsell') then d.type_word
        else d.dealtype
    end as opportunity_type,
    d.status,
    coalesce(d.label, d.dealstage) as stage,
    d.hs_v2_date_entered_current_stage as stage_entered_at,
    coalesce(p.label, d.pipeline) as pipeline,
    d.amount,
    upper(d.deal_currency_code) as currency,
    d.hs_mrr as mrr,
    coalesce(d.one_time_amount, t.unreadable, cast(t.amount as varchar)) as one_time_amount,
    d.chance as probability,
    d.contract_length_months,
    d.closes as expected_close_on,
    case when d.status <> 'open' then d.closes end as closed_at,
    case when d.status = 'lost' then d.closed_lost_reason end as lost_reason,
    d.hs_next_step as next_steps,
    d.hs_analytics_source as lead_source,
    coalesce(o.id, d.hubspot_owner_id) as owner_id,
    case when regexp_matches(d.made, '^\d{13}$') then epoch_ms(d.made::bigint)::varchar else d.made end as created_at,
    d.updated_at,
    case when lower(d.archived) = 'true' then coalesce(d.archived_at, d.updated_at) else d.merged_at end
        as source_deleted_at
from judged as d
left join one_time as t on d.id = t.deal_id
left join paged as g on d.id = g.id
left join raw_hubspot.deal_pipelines__latest as p on d.pipeline = p.id
left join owner_name as o on lower(trim(d.hubspot_owner_id)) = o.name
