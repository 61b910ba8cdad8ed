-- The days on which agreements come up for renewal: past ones as far back as anything is learned from them, and the next
-- coming one of each. One that ends for good comes up for the last time when it ends, be it in the middle of a term.
with reach as (
    select
        r.as_of_on,
        cast(r.as_of_on - interval '1' month
            * cast(f.back_test_months + f.months_of_history + 1 as integer) as date) as from_on,
        cast(r.as_of_on + interval '1' month * cast(f.horizon_months as integer) as date) as to_on,
        f.back_test_months + f.months_of_history + f.horizon_months + 2 as month_count
    from meta.run as r
    cross join policy.forecast as f
),

-- The first of an agreement's days that may lie within reach, and so many after it as the reach can hold.
numbered as (
    select
        a.*, w.as_of_on, w.from_on as reach_from, w.to_on as reach_to,
        case
            when a.months is null then 0
            else greatest(
                floor(((year(w.from_on) - year(a.anchor_on)) * 12 + month(w.from_on) - month(a.anchor_on)) / a.months) - 1,
                case a.kind when 'contract' then 0 else -1200 end
            )
        end as first_no,
        case when a.months is null then 0 else w.month_count / a.months + 3 end as last_step
    from intermediate.renewal_agreement as a
    cross join reach as w
),

stepped as (
    select
        n.*,
        cast(n.anchor_on + interval '1' month * cast(coalesce(n.months, 0) * (n.first_no + g.step) as integer) as date)
            as renews_on
    from numbered as n
    join (select unnest(generate_series(0, 400)) as step) as g on n.last_step >= g.step
),

day as (
    select * exclude (first_no, last_step), false as is_end
    from stepped
    where coalesce(renews_on > from_on, true) and coalesce(renews_on <= until_on, true)
        and coalesce(renews_on < ends_on, true)
    union all by name
    select * exclude (first_no, last_step), ends_on as renews_on, true as is_end
    from numbered
    where ends_on is not null and coalesce(ends_on > from_on, true)
),

-- An end on a day of renewal is the renewal that did not take place; another one comes before its time.
marked as (
    select
        d.*,
        d.is_end and d.kind <> 'term' and not exists (
            select 1 from stepped as s where s.agreement_id = d.agreement_id and s.renews_on = d.renews_on
        ) as is_early
    from day as d
)

select * exclude (reach_from, reach_to, until_on, months, anchor_on)
from marked
where renews_on >= reach_from and renews_on < reach_to
qualify row_number() over (partition by agreement_id, renews_on order by is_end desc, from_on desc) = 1
    and (renews_on <= as_of_on or renews_on = min(case when renews_on > as_of_on then renews_on end)
        over (partition by agreement_id))
