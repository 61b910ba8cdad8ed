-- One row per appointment with somebody from outside: the main one of them, who has not declined.
select
    a.appointment_id,
    a.contact_id
from objects.appointment_attendee as a
where a.contact_id is not null and coalesce(a.response, 'none') <> 'declined' and a.source_deleted_at is null
qualify row_number() over (
    partition by a.appointment_id
    order by coalesce(a.is_organizer, false) desc, a.response = 'accepted' desc, a.appointment_attendee_id
) = 1
