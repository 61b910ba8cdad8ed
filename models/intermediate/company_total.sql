-- One row per company: where it stands in its group, and revenue of itself and all companies below it, each counted once.
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

above as (
    -- A company is above itself too, at depth 0; the one farthest up is the top.
    select
        company_id,
        arg_max(ancestor_id, depth) as ultimate_parent_id,
        max(depth) as depth,
        bool_or(is_in_cycle) as is_in_cycle
    from intermediate.company_tree
    group by company_id
)

select
    m.company_id,
    m.mrr,
    m.arr,
    m.currency,
    coalesce(b.mrr_total, m.mrr) as mrr_total,
    coalesce(b.arr_total, m.arr) as arr_total,
    coalesce(b.descendant_count, 0) as descendant_count,
    coalesce(a.ultimate_parent_id, m.company_id) as ultimate_parent_id,
    coalesce(a.depth, 0) as depth,
    coalesce(a.is_in_cycle, false) as is_in_parent_cycle
from intermediate.company_revenue as m
left join below as b on m.company_id = b.company_id
left join above as a on m.company_id = a.company_id
