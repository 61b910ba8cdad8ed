-- The signs of a customer's health that a brief names, by what they are named for: as `bad`, as `good`, and as the
-- `cause` to speak of first. `place` 1 is the one that weighs most there.
with worded as (
    select
        f.company_id, f.factor, f.points, f.points_lost, f.contribution, f.words, w.good,
        coalesce(f.theme = h.main_cause, false) as is_main, h.band,
        -- Who owes only a little still owes.
        f.factor = 'payments_overdue' and f.raw_value > 0 as is_owing
    from marts.health_factor as f
    join policy.health_words as w on f.factor = w.factor
    join marts.health_score as h on f.company_id = h.company_id and h.score is not null
    join intermediate.brief_subject as s on f.company_id = s.subject_id and s.subject_type = 'company'
),

named as (
    select company_id, factor, 'bad' as named_as, words, points_lost as weight
    from worded
    where points < 50
    union all
    -- What weighs most is not praised.
    select company_id, factor, 'good', good, contribution
    from worded
    where points >= 75 and not is_owing and (band = 'thriving' or not is_main)
    union all
    select company_id, factor, 'cause', words, points_lost
    from worded
    where is_main and points_lost > 0
)

select
    company_id, factor, named_as, words,
    row_number() over (partition by company_id, named_as order by weight desc, factor asc) as place
from named
