with fact as (
    select company_id, section, rank_no, sentence, object, object_id from intermediate.handover_standing
    union all
    select company_id, section, rank_no, sentence, object, object_id from intermediate.handover_work
),

wanted as (
    select company_id from marts.company_360
    where customer_status in ('coming', 'customer', 'canceled') or open_opportunity_count > 0
)

select
    f.company_id, f.section,
    row_number() over (
        partition by f.company_id, f.section order by f.rank_no asc, f.sentence asc, f.object asc, f.object_id asc
    ) as place,
    f.sentence, f.object, f.object_id
from fact as f
join wanted as w on f.company_id = w.company_id
