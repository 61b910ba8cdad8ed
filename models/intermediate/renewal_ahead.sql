-- On which day each subscription that runs comes up next, as far as a forecast knew when it was made, and how likely it then
-- goes on. Of the past it is known what was first agreed and how many of all renewals had gone on by then (those of a
-- segment are not: it is the segment of now); what sources state of a likelihood is not known as of then.
with decided as (
    select
        s.month_no, cast(round(count(*) filter (where o.status = 'renewed') / count(*), 12) as decimal(38, 12)) as likelihood
    from intermediate.forecast_start as s
    cross join policy.forecast as f
    cross join policy.behaviour as b
    join intermediate.renewal_outcome as o
        on s.made_on > cast(o.renews_on + interval '1' day * (b.renewal_grace_days + 2) as date)
        and cast(s.made_on - interval '1' month * cast(f.months_of_history as integer) as date) <= o.renews_on
    where not s.is_present and o.status in ('renewed', 'lost') and o.base_mrr > 0
    group by s.month_no, f.minimum_count
    having count(*) >= f.minimum_count
),

agreed as (
    select
        s.month_no, s.made_on, a.agreement_id, a.kind, a.agreed_on, a.months,
        greatest(
            floor(((year(s.made_on) - year(a.agreed_on)) * 12 + month(s.made_on) - month(a.agreed_on))
                / coalesce(a.months, 1)), 0
        ) as first_no
    from intermediate.forecast_start as s
    join intermediate.renewal_agreement as a
        on coalesce(s.made_on > a.from_on, true) and coalesce(s.made_on <= a.ends_on, true)
        and coalesce(s.made_on <= a.until_on, true)
    where not s.is_present
),

stepped as (
    select
        a.month_no, a.made_on, a.agreement_id,
        cast(a.agreed_on + interval '1' month * cast(coalesce(a.months, 0) * (a.first_no + g.step) as integer) as date)
            as comes_on
    from agreed as a
    join (select unnest([0, 1, 2]) as step) as g on a.months is not null or g.step = 0
),

past as (
    select month_no, agreement_id, min(comes_on) as comes_on
    from stepped
    where comes_on >= made_on
    group by month_no, agreement_id
),

-- Where what takes its place is agreed, that counts by itself.
present as (
    select
        s.month_no, l.agreement_id, min(l.renews_on) as comes_on,
        max(case when l.kind = 'term' and l.status = 'renewed' and l.following_mrr > 0 then 0
            else l.likelihood end) as likelihood,
        bool_or(l.auto_renew) as auto_renew, bool_or(l.status = 'open') as is_open
    from intermediate.forecast_start as s
    join intermediate.renewal_likelihood as l on l.renews_on > l.as_of_on
    where s.is_present
    group by s.month_no, l.agreement_id
),

everything as (
    select
        p.month_no, p.agreement_id, p.comes_on, coalesce(d.likelihood, b.renewal_likelihood) as likelihood,
        false as auto_renew,
        true as is_open
    from past as p
    cross join policy.behaviour as b
    left join decided as d on p.month_no = d.month_no
    union all
    select * from present
)

select
    e.month_no, m.subscription_id, cast(e.comes_on as timestamp) as comes_at, e.likelihood, e.auto_renew, e.is_open
from everything as e
join intermediate.renewal_member as m on e.agreement_id = m.agreement_id
