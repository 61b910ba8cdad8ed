-- One row per company: revenue of itself and all companies below it, each counted once.
with below as (
    select
        t.ancestor_id as company_id,
        count(*) - 1 as descendant_count,
        sum(m.mrr) as mrr_total,
        sum(m.arr) as arr_total
    from intermediate.company_tree as t
    join intermediate.company_revenue as m on t.company_id = m.company_id
    group by t.ancestor_id
),

member as (
    select company_id, is_in_cycle
    from intermediate.company_tree
    where depth = 0
)

select
    m.company_id,
    m.mrr,
    m.arr,
    m.currency,
    coalesce(b.mrr_total, m.mrr) as mrr_total,
    coalesce(b.arr_total, m.arr) as arr_total,
    coalesce(b.descendant_count, 0) as descendant_count,
    coalesce(t.is_in_cycle, false) as is_in_parent_cycle
from intermediate.company_revenue as m
left join below as b on m.company_id = b.company_id
left join member as t on m.company_id = t.company_id
