-- What was to be paid by, or done by, a day: one row per invoice, and per service that runs with each of its parts.
-- Late is what is due, from the day after, until `settled_on`; and anything is known of it over [known_from,
-- known_to).
with running as (
    select
        p.invoice_id, p.paid_at, i.total,
        sum(p.amount) over (partition by p.invoice_id order by p.paid_at, p.payment_id rows unbounded preceding) as amount
    from objects.payment as p
    join objects.invoice as i on p.invoice_id = i.invoice_id
    where p.status = 'succeeded' and p.source_deleted_at is null
),

-- With this payment the total was reached.
paid_up as (
    select invoice_id, cast(min(paid_at) as date) as paid_on
    from running
    where amount >= total
    group by invoice_id
),

bill as (
    select
        i.company_id,
        i.invoice_id,
        i.due_on,
        case
            when i.status in ('draft', 'void', 'scheduled') then i.due_on
            when i.status = 'uncollectible' then coalesce(cast(i.updated_at as date), i.due_on)
            when i.status = 'paid' or coalesce(i.amount_due, i.total - coalesce(i.amount_paid, 0)) <= 0
                then coalesce(cast(i.paid_at as date), u.paid_on, i.due_on)
        end as settled_on,
        coalesce(i.issued_on, i.due_on, cast(i.created_at as date), r.as_of_on) as known_from
    from objects.invoice as i
    cross join meta.run as r
    left join paid_up as u on i.invoice_id = u.invoice_id
    where i.company_id is not null
        and not coalesce(i.is_generated, false)
        and i.source_deleted_at is null
        and coalesce(i.issued_on <= r.as_of_on, true)
),

-- What was paused from its first version on was so since an unknown day: the last change of the record.
paused as (
    select service_id, min(case when status = 'paused' then valid_from end) as paused_at, min(valid_from) as began_at
    from history.service
    group by service_id
),

service as (
    select
        s.service_id, s.company_id, s.due_on, coalesce(s.starts_on, cast(s.created_at as date), r.as_of_on) as known_from,
        case coalesce(s.status, case when s.completed_on <= r.as_of_on then 'complete' else 'active' end)
            when 'complete' then least(coalesce(s.completed_on, cast(s.updated_at as date)), r.as_of_on)
            when 'paused' then least(
                coalesce(cast(case when p.paused_at > p.began_at then p.paused_at end as date), cast(s.updated_at as date)),
                r.as_of_on
            )
        end as known_to
    from objects.service as s
    cross join meta.run as r
    left join paused as p on s.service_id = p.service_id
    where s.company_id is not null and s.source_deleted_at is null
),

part as (
    select service_id, part as object, part_id as object_id, due_on, done_on
    from intermediate.service_part
    where due_on is not null
    union all
    select service_id, 'service' as object, service_id as object_id, due_on, cast(null as date) as done_on from service
)

select
    b.company_id, 'payments_overdue' as factor, 'invoice' as object, b.invoice_id as object_id, b.due_on, b.known_from,
    cast(null as date) as known_to, case when b.settled_on is not null then least(b.settled_on, r.as_of_on) end as settled_on
from bill as b
cross join meta.run as r
union all
-- Nothing is due before the service begins.
select
    s.company_id, 'delivery', p.object, p.object_id,
    case when p.due_on is not null then greatest(p.due_on, s.known_from) end,
    s.known_from, s.known_to, least(p.done_on, s.known_to)
from service as s
join part as p on s.service_id = p.service_id
