"""What the unified view of a contact is: the schema of `marts.contact_360`. Each part is made in intermediate."""

from __future__ import annotations

from models.schema import Day, Exact, Instant, Schema, Text, Whole, field


class Contact360(Schema):
    """One row per contact: who they are, where they work, and how we are in touch."""

    contact_id: Text = field("The person.", key=True, references="contact")
    name: Text = field("Full name.", required=True, personal=True)
    email: Text = field(
        "E-mail address to use: one that works and is their own, at the company before any other.", personal=True
    )
    phone: Text = field("Telephone to use, in E.164 form where it can be read.", personal=True)
    company_id: Text = field("Main company now; after the last one ended, the last.", references="company")
    company_name: Text = field("Its name.")
    job_title: Text = field("Title there.")
    department: Text = field("Department there.")
    role_ended_on: Day = field("Day that role ended; null while held.")
    decision_role: Text = field("Part played in buying.")
    language: Text = field("Language code.")
    country: Text = field("Country.")
    timezone: Text = field("IANA time zone.")
    lifecycle_phase: Text = field("Phase in the source's words.")
    lead_source: Text = field("Where the person was first heard of.")
    tags: Text = field("Labels, separated by semicolons.")
    owner_id: Text = field("Team member who owns the contact.", references="team_member")
    owner_name: Text = field("Owner's name.")
    email_preference: Text = field("Whether the person takes e-mail; unknown where nobody says.", required=True)
    last_touch_at: Instant = field("When either side last wrote, called or met.")
    last_touch_channel: Text = field("How.")
    messages_in: Whole = field("Messages from the person within the policy's window.", required=True, ge=0)
    messages_out: Whole = field("Messages of ours that reached the person within it.", required=True, ge=0)
    ticket_count: Whole = field("Tickets asked for in all.", required=True, ge=0)
    open_ticket_count: Whole = field("Of those, ones not solved.", required=True, ge=0)
    stage: Text = field("Where the person stands on the value path; null where they did nothing yet.")
    stage_since_on: Day = field("Since when.")
    furthest_stage: Text = field("The furthest stage they ever reached.")
    weeks_engaged: Whole = field("Weeks in which they did something.", ge=1)
    last_engaged_on: Day = field("Day they last did something.")
    next_step: Text = field("What the policy suggests to do next.")
    engagement: Exact = field(
        "What is left of everything they did, by `interest`; null where they did nothing yet.", ge=0
    )
    engagement_trend: Text = field("How that goes: new, rising, steady, fading, or past.")
    topics: Text = field("What interests them most at present, up to three topics, separated by commas.")
    nps_last_score: Whole = field("Last NPS answer, 0 to 10.", ge=0, le=10)
    nps_last_answered_at: Instant = field("When it was given.")
    sources: Text = field("Sources that know the person.", required=True)
    source_count: Whole = field("How many.", required=True, ge=1)
    created_at: Instant = field("When a source first had the person.")
    updated_at: Instant = field("When a source last changed the person.")
