-- Each row that health gives as evidence exists, and each sign that is read from rows has some.
with live as (
    select 'message' as object, message_id as object_id from objects.message
    union all
    select 'conversation' as object, conversation_id as object_id from objects.conversation
    union all
    select 'appointment' as object, appointment_id as object_id from objects.appointment
    union all
    select 'ticket' as object, ticket_id as object_id from objects.ticket
    union all
    select 'nps_response' as object, nps_response_id as object_id from objects.nps_response
    union all
    select 'survey_response' as object, survey_response_id as object_id from objects.survey_response
    union all
    select 'invoice' as object, invoice_id as object_id from objects.invoice
    union all
    select 'subscription' as object, subscription_id as object_id from objects.subscription
    union all
    select 'service' as object, service_id as object_id from objects.service
    union all
    select 'deliverable' as object, deliverable_id as object_id from objects.deliverable
    union all
    select 'milestone' as object, milestone_id as object_id from objects.milestone
    union all
    select 'usage_event' as object, usage_event_id as object_id from objects.usage_event
    union all
    select 'metric_reading' as object, metric_reading_id as object_id from objects.metric_reading
    union all
    select 'product_user' as object, product_user_id as object_id from objects.product_user
    union all
    select 'company' as object, company_id as object_id from objects.company
    union all
    select 'contact' as object, contact_id as object_id from objects.contact
),

known as (
    select distinct e.company_id, e.factor
    from marts.health_evidence as e
    join live as l on e.object = l.object and e.object_id = l.object_id
)

select e.company_id, e.factor, e.object, e.object_id
from marts.health_evidence as e
left join live as l on e.object = l.object and e.object_id = l.object_id
where l.object_id is null
union all
select f.company_id, f.factor, cast(null as varchar) as object, cast(null as varchar) as object_id
from marts.health_factor as f
left join known as k on f.company_id = k.company_id and f.factor = k.factor
where k.company_id is null
    and not (f.raw_value = 0 and f.factor in ('ticket_load', 'ticket_severity', 'payments_overdue'))
