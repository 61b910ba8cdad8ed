-- Leaks with their rank and a sentence of evidence.
with money as (
    select
        l.*, p.reporting_currency, c.issue_on, c.period_start, c.period_end, c.amount as called_amount, q.agreed_quantity,
        q.billed_quantity, q.billed_amount, i.issued_on, i.due_on, i.net_amount, s.ends_at,
        coalesce(i.number, i.invoice_id) as bill,
        cast(round(l.amount * case when l.currency = p.reporting_currency then 1 else x.rate end, 12) as decimal(38, 12))
            as amount_reporting,
        cast(cast(round(l.amount, 2) as decimal(18, 2)) as varchar) || ' ' || l.currency as lost,
        case when l.is_overbilled then ' too much' else ' too little' end as way,
        k.company_id is null as is_never_billed
    from intermediate.reconciled_leak as l
    cross join policy.revenue as p
    left join intermediate.month_rate as x on p.policy_id = x.policy_id and l.month = x.month and l.currency = x.currency
    left join intermediate.reconciled_call as c on l.expected_invoice_id = c.expected_invoice_id
    left join intermediate.counted_call as q on l.expected_invoice_id = q.expected_invoice_id
    left join intermediate.billed_invoice as i on l.invoice_id = i.invoice_id
    left join objects.subscription as s on l.subscription_id = s.subscription_id
    left join (select distinct company_id from intermediate.billed_invoice) as k on l.company_id = k.company_id
),

worded as (
    select
        *,
        'Invoice ' || bill || ' of ' || issued_on || ' asks for '
        || cast(cast(round(billed_amount, 2) as decimal(18, 2)) as varchar) || ' where '
        || cast(cast(round(called_amount, 2) as decimal(18, 2)) as varchar) || ' ' || currency || ' is agreed' as compared
    from money
)

select
    reason || ':' || coalesce(expected_invoice_id, invoice_id) as leak_id,
    row_number() over (
        partition by is_overbilled
        order by amount_reporting desc nulls last, reason asc, expected_invoice_id asc, invoice_id asc
    ) as rank,
    is_overbilled, reason, company_id, month, amount, currency, reporting_currency, amount_reporting, since_on,
    expected_invoice_id, invoice_id, subscription_id, contract_id,
    case reason
        when 'not_billed' then lost || ' should be billed on ' || issue_on
            || coalesce(' for ' || cast(period_start as date) || ' to ' || cast(period_end as date), '')
            || ', and no invoice is for it'
            || case when is_never_billed then ': no billing system has an invoice of this customer.' else '.' end
        when 'quantity_differs' then compared || coalesce(
            ': ' || cast(cast(billed_quantity as bigint) as varchar) || ' instead of '
            || cast(cast(agreed_quantity as bigint) as varchar), ''
        ) || ', ' || lost || way || '.'
        when 'price_differs' then compared || ': for its prices ' || lost || way || '.'
        when 'discount' then compared || ': for its discounts ' || lost || way || '.'
        when 'billed_without_contract' then 'Invoice ' || bill || ' of ' || issued_on || ' asks for ' || lost
            || ' that nothing agreed calls for'
            || coalesce(': the subscription ended on '
                || case when ends_at <= issued_on then cast(ends_at as date) end, '') || '.'
        when 'unpaid' then 'Invoice ' || bill || ' of ' || issued_on || ' was due on ' || due_on || ': '
            || cast(cast(round(amount, 2) as decimal(18, 2)) as varchar) || ' of '
            || cast(cast(round(net_amount, 2) as decimal(18, 2)) as varchar) || ' ' || currency || ' without tax is open.'
    end as evidence
from worded
