"""What a month of support is: the schema of `marts.ticket_month`. How it is summed is in the SQL beside it."""

from __future__ import annotations

from models.schema import Day, Number, Schema, Text, Whole, field


class TicketMonth(Schema):
    """One row per month, segment, priority and channel. Counts and sums add up over rows; medians do not.

    Answers count in the month the ticket was opened; solutions and ratings in the month it was finally solved.
    """

    month: Day = field("First day of the month (UTC).", key=True)
    segment: Text = field("Segment of the company, else not stated.", key=True)
    priority: Text = field("Priority, else not stated.", key=True)
    channel: Text = field("How tickets came in, else not stated.", key=True)
    opened_count: Whole = field("Tickets opened.", required=True, ge=0)
    replied_count: Whole = field("Of those opened, tickets with a public answer.", required=True, ge=0)
    first_reply_minutes: Whole = field("Sum of their minutes to the first answer.", required=True, ge=0)
    first_reply_business_minutes: Whole = field("The same within opening hours.", required=True, ge=0)
    median_first_reply_minutes: Number = field("Median minutes to the first answer; null without answers.", ge=0)
    median_first_reply_business_minutes: Number = field("The same within opening hours.", ge=0)
    solved_count: Whole = field("Tickets finally solved.", required=True, ge=0)
    full_resolution_minutes: Whole = field("Sum of their minutes from opening to solution.", required=True, ge=0)
    full_resolution_business_minutes: Whole = field("The same within opening hours.", required=True, ge=0)
    median_full_resolution_minutes: Number = field("Median minutes to the solution; null without solutions.", ge=0)
    one_touch_count: Whole = field("Of those solved, tickets solved with one answer.", required=True, ge=0)
    reopened_count: Whole = field("Of those solved, tickets that had been opened again.", required=True, ge=0)
    csat_good_count: Whole = field("Good ratings.", required=True, ge=0)
    csat_bad_count: Whole = field("Bad ratings.", required=True, ge=0)
