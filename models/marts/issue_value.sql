with touched as (
    select distinct issue_id, company_id
    from objects.issue_link
    where company_id is not null and source_deleted_at is null
),

valued as (
    select
        t.issue_id,
        count(*) as company_count,
        count(*) filter (where m.mrr > 0) as paying_company_count,
        coalesce(sum(m.mrr), 0) as combined_mrr,
        coalesce(sum(m.arr), 0) as combined_arr,
        string_agg(c.name, ', ' order by m.mrr desc nulls last, c.name asc) as company_names
    from touched as t
    join objects.company as c on t.company_id = c.company_id
    left join intermediate.company_total as m on t.company_id = m.company_id
    group by t.issue_id
),

sorted_out as (
    select
        i.*,
        coalesce(i.status_category, 'to_do') = 'done' as is_done,
        f.value is not null as is_feature_request
    from objects.issue as i
    left join policy.issue_feature_types as f on lower(trim(i.issue_type)) = f.value
    where i.source_deleted_at is null
)

select
    i.issue_id, i.tracker_key, i.title, i.issue_type, i.status, i.status_category, i.created_at, i.resolved_at,
    coalesce(v.company_count, 0) as company_count,
    coalesce(v.paying_company_count, 0) as paying_company_count,
    p.reporting_currency as currency,
    coalesce(v.combined_mrr, 0) as combined_mrr,
    coalesce(v.combined_arr, 0) as combined_arr,
    case when not i.is_done then
        row_number() over (
            partition by i.is_done
            order by coalesce(v.combined_mrr, 0) desc, coalesce(v.company_count, 0) desc, i.created_at asc, i.issue_id asc
        )
    end as rank,
    i.is_feature_request,
    case when i.is_feature_request and not i.is_done then
        row_number() over (
            partition by i.is_done, i.is_feature_request
            order by coalesce(v.combined_mrr, 0) desc, coalesce(v.company_count, 0) desc, i.created_at asc, i.issue_id asc
        )
    end as feature_rank,
    v.company_names
from sorted_out as i
cross join policy.revenue as p
left join valued as v on i.issue_id = v.issue_id
