"""What a segment's churn of a month is: the companies of it that stopped paying, and why."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class ChurnCut(Schema):
    """One month, segment and reason: `churn_month` by the segment companies were in while they still paid.

    That is the segment at the snapshot of the month before the loss. Over the segments all adds up to `churn_month`.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    segment: Text = field("Segment in the month before, else 'not stated'.", key=True)
    month: Day = field("First day of the month.", key=True)
    reason: Text = field("Main reason of the churn event, else 'not stated'.", key=True)
    is_complete: Flag = field("False in the month that is not over.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    companies_churned: Whole = field("Companies that pay nothing any more.", required=True)
    mrr_churned: Exact = field("What they paid a month.", required=True)
    companies_churned_voluntary: Whole = field("Those that chose to leave.", required=True)
    mrr_churned_voluntary: Exact = field("What those paid a month.", required=True)
    companies_churned_involuntary: Whole = field("Those that ended for failed payment.", required=True)
    mrr_churned_involuntary: Exact = field("What those paid a month.", required=True)
