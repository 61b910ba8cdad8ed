-- Every ticket of a known company that asks for more stands in the list of asks, and those to be answered are ranked from 1.
with missing as (
    select t.ticket_id as object_id, 'missing' as what
    from objects.ticket as t
    cross join meta.run as r
    left join marts.expansion_ask as a on a.object = 'ticket' and t.ticket_id = a.object_id
    where t.is_expansion_signal
        and t.company_id is not null
        and t.opened_at <= r.as_of
        and t.source_deleted_at is null
        and a.object_id is null
),

placed as (
    select
        object_id,
        rank,
        case
            when state in ('open', 'in_sales')
                then row_number() over (partition by state in ('open', 'in_sales') order by rank nulls last, object_id)
        end as place
    from marts.expansion_ask
)

select object_id, what from missing
union all
select object_id, 'rank' as what
from placed
where rank is distinct from place
