-- Sales as sent; and the one-time part of each opportunity that a contract was derived from.
with derived as (
    select
        o.opportunity_id || ':won' as sale_id, o.company_id, o.opportunity_id, c.signed_on as sold_on,
        o.one_time_amount as amount, c.currency, o.title as description,
        o.source_system, o.source_record_id, o.created_at, o.updated_at, o.loaded_at, c.derived_by
    from objects.contract as c
    join objects.opportunity as o on c.opportunity_id = o.opportunity_id
    where c.derived_by = 'won_opportunity' and o.one_time_amount > 0
        and o.opportunity_id not in (select s.opportunity_id from sourced as s where s.opportunity_id is not null)
)

select * from sourced
union all by name
select * from derived
