"""What a segment's churn of a month is: the companies of it that stopped paying, and why."""

from __future__ import annotations

from models.marts.churn_month import Churned
from models.schema import Day, Text, field


class ChurnCut(Churned):
    """One month, segment and reason: `churn_month` by the segment companies were in while they still paid.

    That is the segment at the snapshot of the month before the loss. Over the segments all adds up to `churn_month`.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    segment: Text = field("Segment in the month before, else 'not stated'.", key=True)
    month: Day = field("First day of the month.", key=True)
    reason: Text = field("Main reason of the churn event, else 'not stated'.", key=True)
