with placed as (
    select
        o.pipeline,
        v.stage,
        v.days,
        o.status,
        v.next_stage is null and o.status in ('open', 'suspended') as is_present,
        -- The stage in which a lost one ended did not bring it on.
        o.status = 'won' or coalesce(o.status <> 'lost' or v.next_stage <> o.stage, false) and v.next_stage is not null
            as is_moved_on
    from intermediate.stage_visit as v
    join intermediate.opportunity_value as o on v.opportunity_id = o.opportunity_id
)

select
    pipeline,
    stage,
    count(*) as entered_count,
    count(*) filter (where is_present) as present_count,
    count(*) filter (where is_moved_on) as moved_on_count,
    count(*) filter (where status = 'won') as won_count,
    count(*) filter (where status = 'lost') as lost_count,
    count(*) filter (where is_moved_on)
    / cast(nullif(count(*) filter (where not is_present), 0) as double) as conversion,
    count(*) filter (where status = 'won')
    / cast(nullif(count(*) filter (where status in ('won', 'lost')), 0) as double) as win_rate,
    median(days) filter (where not is_present) as median_days
from placed
group by pipeline, stage
