-- Sales as sent; and the one-time part of each won opportunity that a contract was derived from.
with derived as (
    select
        opportunity_id || ':won' as sale_id, company_id, opportunity_id, won_on as sold_on, one_time_amount as amount,
        currency, title as description,
        source_system, source_record_id, created_at, updated_at, loaded_at, 'won_opportunity' as derived_by
    from behaviour.won_opportunity
    where one_time_amount > 0
        and opportunity_id not in (select s.opportunity_id from sourced as s where s.opportunity_id is not null)
)

select * from sourced
union all by name
select * from derived
