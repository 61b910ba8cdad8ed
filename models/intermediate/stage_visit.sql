-- Opportunities in the stages they have been in: since when first, for how many days in all, and what came next. One that
-- came to a stage twice was there once: what became of it is what followed its last stay.
with stay as (
    select
        h.opportunity_id,
        h.stage,
        h.entered_at,
        lead(h.entered_at) over (partition by h.opportunity_id order by h.entered_at, h.opportunity_stage_history_id)
            as left_at,
        lead(h.stage) over (partition by h.opportunity_id order by h.entered_at, h.opportunity_stage_history_id)
            as next_stage
    from objects.opportunity_stage_history as h
    cross join meta.run as r
    where h.entered_at <= r.as_of and h.source_deleted_at is null
)

select
    opportunity_id,
    stage,
    min(entered_at) as entered_at,
    arg_max(next_stage, entered_at) as next_stage,
    sum(date_diff('day', cast(entered_at as date), cast(left_at as date))) as days
from stay
group by opportunity_id, stage
