-- Who came from another company brought their stage along: here it counts from the day on which they came.
with came as (
    select contact_id, to_company_id as company_id, max(changed_on) as came_on
    from marts.job_change
    where has_left and to_company_id is not null
    group by contact_id, to_company_id
),

mixed as (
    select
        s.company_id, s.stage, s.stage_no, count(*) as people,
        min(greatest(s.since_on, coalesce(c.came_on, s.since_on))) as since_on
    from marts.contact_stage as s
    left join came as c on s.contact_id = c.contact_id and s.company_id = c.company_id
    where s.company_id is not null
    group by s.company_id, s.stage, s.stage_no
),

ranked as (
    select
        m.*,
        row_number() over (
            partition by m.company_id
            order by case when p.company_stage = 'most_common' then m.people end desc, m.stage_no desc
        ) as place
    from mixed as m
    cross join policy.path as p
)

select
    company_id,
    max(stage) filter (where place = 1) as stage,
    max(stage_no) filter (where place = 1) as stage_no,
    max(since_on) filter (where place = 1) as since_on,
    sum(people) as contact_count,
    coalesce(sum(people) filter (where stage_no = 1), 0) as audience_count,
    coalesce(sum(people) filter (where stage_no = 2), 0) as researcher_count,
    coalesce(sum(people) filter (where stage_no = 3), 0) as hand_raiser_count,
    coalesce(sum(people) filter (where stage_no = 4), 0) as buyer_count,
    coalesce(sum(people) filter (where stage_no = 5), 0) as value_creator_count,
    coalesce(sum(people) filter (where stage_no = 6), 0) as adopter_count,
    coalesce(sum(people) filter (where stage_no = 7), 0) as advocate_count,
    coalesce(sum(people) filter (where stage_no = 8), 0) as champion_count
from ranked
group by company_id
