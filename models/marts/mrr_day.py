"""What a day of the business is: all MRR at its end, for charts."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class MrrDay(Schema):
    """One day of the whole business, in the reporting currency, from the month of its first revenue on."""

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    day: Day = field("The day, in the policy's time zone.", key=True)
    is_complete: Flag = field("False on the day that is not over: it is valued at the run's as-of.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    mrr: Exact = field(
        "Net MRR at the end of the day, at the last rates quoted by then; on a month's last day what the month closes "
        "with.",
        required=True,
    )
    arr: Exact = field("Twelve times `mrr`.", required=True)
    customer_count: Whole = field("Companies that pay at the end of the day.", required=True)
