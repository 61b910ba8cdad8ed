-- Invoices that may answer a call: issued ones of a billing system. Drafts, void ones, expected ones, a bookkeeping copy of
-- another system's invoice, and those that are for usage or for parts of a period alone do not.
with kind as (
    select
        invoice_id,
        max(case when coalesce(revenue_type, '') = 'usage' or coalesce(is_proration, false) then 0 else 1 end) as has_own,
        max(case
            when coalesce(revenue_type, 'recurring') = 'recurring' and not coalesce(is_proration, false) then 1 else 0
        end) as has_recurring
    from objects.invoice_line
    where source_deleted_at is null
    group by invoice_id
)

select
    i.invoice_id, i.company_id, i.subscription_id, i.contract_id, i.currency, i.issued_on, i.period_start, i.period_end,
    coalesce(i.due_on, cast(i.issued_on + interval '1' day * w.due_days as date)) as due_on,
    coalesce(i.subtotal - coalesce(i.discount_amount, 0), i.total - coalesce(i.tax_amount, 0)) as amount,
    coalesce(k.has_recurring, 1) = 1 as is_recurring
from sourced.invoice as i
cross join behaviour.invoice_window as w
left join kind as k on i.invoice_id = k.invoice_id
where i.status not in ('void', 'draft') and not coalesce(i.is_generated, false) and i.source_deleted_at is null
    and i.issued_on is not null and coalesce(k.has_own, 1) = 1
    and i.invoice_id not in (select c.invoice_id from behaviour.copied_invoice as c)
