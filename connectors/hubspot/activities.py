"""What is done for customers in HubSpot: calls, meetings, appointments, notes, tasks, services, with their columns.

Whom they are about stands in `records`.
"""

from __future__ import annotations

from connectors.hubspot.records import ACTIVITY_LINKS, record

CALLS = record(
    "calls",
    "hs_createdate hs_timestamp hs_call_title hs_call_body hs_call_direction hubspot_owner_id",
    [
        "Activity date = hs_timestamp; Call title = hs_call_title; Call notes = hs_call_body",
        "Call direction = hs_call_direction; Activity assigned to = hubspot_owner_id; engagement_id = id",
    ],
    required="hs_timestamp hs_call_body",
    files=["*call*"],
    links=ACTIVITY_LINKS,
)

MEETINGS = record(
    "meetings",
    "hs_createdate hs_timestamp hs_meeting_title hs_meeting_body hs_internal_meeting_notes hs_meeting_start_time "
    "hs_meeting_end_time hs_meeting_outcome hs_meeting_location hs_meeting_external_url hs_video_conference_url "
    "hs_activity_type hs_attendee_owner_ids hs_guest_emails hubspot_owner_id",
    [
        "Activity date = hs_timestamp; Meeting name = hs_meeting_title; Meeting description = hs_meeting_body",
        "Internal meeting notes = hs_internal_meeting_notes; Call and meeting type = hs_activity_type",
        "Meeting start time = hs_meeting_start_time; Meeting end time = hs_meeting_end_time",
        "Meeting outcome = hs_meeting_outcome; Meeting location = hs_meeting_location; Location = hs_meeting_location",
        "External URL = hs_meeting_external_url; Meeting external URL = hs_meeting_external_url",
        "Video conference URL = hs_video_conference_url; HubSpot attendee owner IDs = hs_attendee_owner_ids",
        "Attendee owners = hs_attendee_owner_ids; Guest emails = hs_guest_emails",
        "Activity assigned to = hubspot_owner_id; engagement_id = id",
        "title = hs_meeting_title; body = hs_meeting_body; start_time = hs_meeting_start_time",
        "end_time = hs_meeting_end_time; meeting_outcome = hs_meeting_outcome; external_url = hs_meeting_external_url",
    ],
    required="hs_meeting_start_time",
    files=["*meeting*"],
    links=ACTIVITY_LINKS,
)

APPOINTMENTS = record(
    "appointments",
    "hs_createdate hs_appointment_name hs_appointment_start hs_appointment_end hs_appointment_status hs_pipeline "
    "hs_pipeline_stage hubspot_owner_id",
    [
        "Appointment name = hs_appointment_name; Appointment start = hs_appointment_start",
        "Start date and time = hs_appointment_start; Appointment end = hs_appointment_end",
        "End date and time = hs_appointment_end; Appointment status = hs_appointment_status; Pipeline = hs_pipeline",
        "Pipeline stage = hs_pipeline_stage; Appointment owner = hubspot_owner_id; Owner = hubspot_owner_id",
    ],
    required="hs_appointment_start",
    files=["*appointment*"],
    links=ACTIVITY_LINKS,
)

NOTES = record(
    "notes",
    "hs_createdate hs_timestamp hs_note_body hubspot_owner_id",
    [
        "Activity date = hs_timestamp; Note body = hs_note_body; Activity assigned to = hubspot_owner_id",
        "engagement_id = id",
    ],
    required="hs_timestamp hs_note_body",
    files=["*note*"],
    links=ACTIVITY_LINKS,
)

TASKS = record(
    "tasks",
    "hs_createdate hs_timestamp hs_task_subject hs_task_body hs_task_status hs_task_priority hs_task_type "
    "hs_task_completion_date hubspot_owner_id",
    [
        "Task ID = id; Task title = hs_task_subject; Task notes = hs_task_body; Task status = hs_task_status",
        "Priority = hs_task_priority; Task type = hs_task_type; Due date = hs_timestamp",
        "Completed at = hs_task_completion_date; Assigned to = hubspot_owner_id",
        "Activity assigned to = hubspot_owner_id; engagement_id = id",
    ],
    required="hs_timestamp hs_task_type",
    files=["*task*"],
    links=ACTIVITY_LINKS,
)

SERVICES = record(
    "services",
    "hs_createdate hs_name hs_category hs_pipeline hs_pipeline_stage hs_status hs_start_date hs_target_end_date "
    "hs_close_date hubspot_owner_id satisfaction last_session_date",
    [
        "Service name = hs_name; Name = hs_name; Category = hs_category; Pipeline = hs_pipeline",
        "Pipeline stage = hs_pipeline_stage; Status = hs_status; Start date = hs_start_date",
        "Target end date = hs_target_end_date; Close date = hs_close_date; Service owner = hubspot_owner_id",
        "Owner = hubspot_owner_id; Satisfaction = satisfaction; Last session date = last_session_date",
    ],
    required="hs_name hs_pipeline_stage",
    files=["*service*"],
    links=ACTIVITY_LINKS,
)

ACTIVITIES = (CALLS, MEETINGS, APPOINTMENTS, NOTES, TASKS, SERVICES)
