-- Opportunities that were undecided when a forecast was made, with their stage of then, the day on which they may be
-- decided, and what they bring a month. For a past forecast only what has a date is known: since when there is one,
-- in which stage it was, when others were decided. Its own amount, likelihood and expected day are overwritten as it
-- goes, so it counts there with what was won on average, by the stage's history, after the stage's median days.
with won as (
    select s.month_no, sum(cast(round(o.mrr * coalesce(r.rate, 0), 6) as decimal(38, 6))) / count(*) as mrr
    from intermediate.forecast_start as s
    cross join policy.forecast as f
    join intermediate.opportunity_value as o
        on s.made_on > o.closed_on and o.status = 'won' and o.mrr > 0
        and cast(s.made_on - interval '1' month * cast(f.months_of_history as integer) as date) <= o.closed_on
        and coalesce(o.opportunity_type not in ('renewal', 'downsell'), true)
    cross join policy.revenue as p
    left join intermediate.month_rate as r
        on p.policy_id = r.policy_id and s.month_no = r.month_no and o.currency = r.currency
    group by s.month_no
),

past as (
    select
        s.month_no, s.first_no, s.made_on, false as is_present, o.opportunity_id, o.company_id, o.pipeline, h.stage,
        o.opportunity_type, o.currency, cast(h.entered_at as date) as entered_on, cast(null as date) as expected_close_on,
        cast(null as decimal(38, 12)) as probability_stated, cast(null as decimal(18, 4)) as amount,
        cast(null as decimal(18, 4)) as amount_reporting, cast(null as decimal(18, 4)) as mrr,
        cast(round(coalesce(w.mrr, 0), 6) as decimal(38, 6)) as mrr_reporting
    from intermediate.forecast_start as s
    join intermediate.opportunity_value as o
        on s.made_on > cast(o.created_at as date) and coalesce(s.made_on <= o.closed_on, o.status in ('open', 'suspended'))
    join objects.opportunity_stage_history as h
        on o.opportunity_id = h.opportunity_id and s.made_at > h.entered_at and h.source_deleted_at is null
    left join won as w on s.month_no = w.month_no
    where not s.is_present
    qualify row_number() over (
        partition by s.month_no, o.opportunity_id order by h.entered_at desc, h.opportunity_stage_history_id desc
    ) = 1
),

present as (
    select
        s.month_no, s.first_no, s.made_on, true as is_present, o.opportunity_id, o.company_id, o.pipeline, o.stage,
        o.opportunity_type, o.currency, cast(coalesce(o.stage_entered_at, v.entered_at) as date) as entered_on,
        o.expected_close_on, o.probability as probability_stated, o.amount, o.amount_reporting, o.mrr,
        cast(round(greatest(coalesce(o.mrr, 0), 0) * coalesce(r.rate, 0), 6) as decimal(38, 6)) as mrr_reporting
    from intermediate.forecast_start as s
    join intermediate.opportunity_value as o on o.status = 'open'
    left join intermediate.stage_visit as v on o.opportunity_id = v.opportunity_id and o.stage = v.stage
    left join intermediate.present_rate as r on o.currency = r.currency
    where s.is_present
),

everything as (
    select * from past
    union all by name
    select * from present
),

dated as (
    select
        e.*, t.probability as probability_history, t.decided_count, t.won_count, t.median_days,
        coalesce(e.expected_close_on, cast(e.entered_on + interval '1' day * t.median_days as date)) as expected_on
    from everything as e
    left join intermediate.stage_rate as t on e.month_no = t.month_no and e.pipeline = t.pipeline and e.stage = t.stage
)

select
    *, expected_on is null as is_undated,
    greatest(coalesce(year(expected_on) * 12 + month(expected_on) - 1, first_no), first_no) as expected_no
from dated
