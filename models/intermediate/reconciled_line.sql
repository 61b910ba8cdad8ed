-- The share of a billed line that is for a call: all of it, or, where it is for several (a year's bill for twelve
-- months), in proportion to what they call for. Of an invoice's calls, a line is for those of its subscription whose
-- service period fits best. Lines that are for no call have no row; nor have usage, corrections and, beside a
-- subscription, what is sold once.
with pair as (
    select
        l.invoice_line_id, l.invoice_id, l.issued_on, l.currency as billed_currency, l.product_id, l.quantity,
        l.gross_amount,
        l.discount_amount, l.net_amount, c.expected_invoice_id, c.amount as called_amount, a.is_part,
        l.subscription_id = c.first_subscription_id as is_named,
        date_diff('second', greatest(c.period_start, l.period_start), least(c.period_end, l.period_end)) as shared,
        greatest(
            date_diff('second', c.period_start, c.period_end), date_diff('second', l.period_start, l.period_end)
        ) as longer
    from intermediate.billed_line as l
    join intermediate.reconciled_answer as a on l.invoice_id = a.invoice_id
    join intermediate.reconciled_call as c on a.expected_invoice_id = c.expected_invoice_id and l.company_id = c.company_id
    cross join meta.run as r
    where (l.kind = 'recurring' or (l.kind = 'one_time' and c.subscription_id is null))
        and cast(l.issued_on as timestamp) < r.as_of
        and (
            l.subscription_id is null or c.subscription_id is null
            or l.subscription_id in (c.subscription_id, c.first_subscription_id)
        )
),

ranked as (
    select
        *,
        rank() over (
            partition by invoice_line_id
            order by
                case when shared is null then 2 when 2 * shared > longer then 0 when shared > 0 then 1 else 3 end,
                case when is_named then 0 else 1 end
        ) as fit
    from pair
),

weighed as (
    select
        *,
        count(*) over (partition by invoice_line_id) as call_count,
        sum(called_amount) over (partition by invoice_line_id) as called_whole,
        row_number() over (partition by invoice_line_id order by called_amount desc, expected_invoice_id asc) as place
    from ranked
    where fit = 1
),

shared as (
    select
        * exclude (gross_amount, discount_amount), gross_amount as gross_whole, discount_amount as off_whole,
        case when call_count = 1 then gross_amount
            else cast(round(gross_amount * (called_amount / called_whole), 2) as decimal(18, 4)) end as gross_share,
        case when call_count = 1 then discount_amount
            else cast(round(discount_amount * (called_amount / called_whole), 2) as decimal(18, 4)) end as off_share
    from weighed
),

-- What rounding leaves goes to the largest call.
whole as (
    select
        *,
        gross_share + case when place = 1 then gross_whole - sum(gross_share) over (partition by invoice_line_id) else 0 end
            as gross,
        off_share + case when place = 1 then off_whole - sum(off_share) over (partition by invoice_line_id) else 0 end as off
    from shared
)

select
    invoice_line_id, expected_invoice_id, invoice_id, issued_on, billed_currency, product_id, quantity, is_part,
    cast(gross as decimal(18, 4)) as gross_amount, cast(off as decimal(18, 4)) as discount_amount,
    cast(gross - off as decimal(18, 4)) as net_amount
from whole
