-- Every month opens with the ARR and the customers with which the month before closed; the first opens with none.
with placed as (
    select
        policy_id, month, opening, customers_opening,
        lag(closing, 1, 0) over (partition by policy_id order by month) as closed_with,
        lag(customers_closing, 1, 0) over (partition by policy_id order by month) as customers_closed_with
    from marts.arr_bridge
)

select * from placed where opening <> closed_with or customers_opening <> customers_closed_with
