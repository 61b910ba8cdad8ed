"""What a month of promises is: the schema of `marts.sla_month`."""

from __future__ import annotations

from models.schema import Day, Schema, Text, Whole, field


class SlaMonth(Schema):
    """One row per month, measure, service level, segment and priority: promises kept and broken. Counts add up.

    A promise counts in the month that decided it: kept, when it ended; broken, when it fell due, whether it has ended
    since or not. What is still open and not late counts nowhere yet.
    """

    month: Day = field("First day of the month (UTC).", key=True)
    measure: Text = field("What was promised.", key=True, isin=["first_response", "resolution"])
    sla_name: Text = field("Service level of the contract, else not stated.", key=True)
    segment: Text = field("Segment of the company, else not stated.", key=True)
    priority: Text = field("Priority the ticket was opened with, else not stated.", key=True)
    met_count: Whole = field("Promises kept.", required=True, ge=0)
    missed_count: Whole = field("Promises broken.", required=True, ge=0)
    overdue_count: Whole = field("Of those broken, the ones still open.", required=True, ge=0)
    missed_minutes: Whole = field(
        "Open minutes by which they were broken, up to now for open ones.", required=True, ge=0
    )
