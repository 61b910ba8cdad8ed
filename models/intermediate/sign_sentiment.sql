-- Changes of `nps` and `csat`, by day: answers that count (`whole`); promoters less detractors, and good ratings
-- (`part`). An answer counts until policy's window is over, one to NPS no longer than until the same person's next.
with answer as (
    select
        n.company_id,
        cast(n.answered_at as date) as from_on,
        lead(cast(n.answered_at as date)) over (
            partition by n.company_id, coalesce(n.contact_id, n.respondent, n.nps_response_id)
            order by n.answered_at, n.nps_response_id
        ) as next_on,
        case when n.score >= p.promoter_from then 1 when n.score <= p.detractor_to then -1 else 0 end as part,
        p.window_days
    from objects.nps_response as n
    cross join meta.run as r
    cross join policy.nps as p
    where n.answered_at <= r.as_of and n.source_deleted_at is null and n.company_id is not null
),

counted as (
    select
        company_id, from_on, part,
        least(next_on, cast(from_on + interval 1 day * (window_days + 1) as date)) as to_on
    from answer
),

placed as (
    select
        r.company_id, r.rated_on as from_on, r.good_count as part,
        cast(r.rated_on + interval 1 day * (p.csat_days + 1) as date) as to_on
    from intermediate.rating as r
    cross join policy.health as p
    where r.company_id is not null and r.survey_type = 'csat' and r.good_count + r.bad_count > 0
)

select company_id, 'nps' as factor, from_on as on_day, part, 1 as whole from counted
union all
select company_id, 'nps', to_on, -part, -1 from counted
union all
select company_id, 'csat', from_on, part, 1 from placed
union all
select company_id, 'csat', to_on, -part, -1 from placed
