"""What retention of a segment is: how much of what its customers paid some months ago they still pay."""

from __future__ import annotations

from models.marts.retention_month import Retained
from models.schema import Day, Text, Whole, field


class RetentionCut(Retained):
    """One month, length of window and segment: `retention_month` by the segment companies were in at the start.

    Where a company is at the window's end does not matter: what it pays then counts for the segment it started in.
    Over the segments all amounts and counts add up to `retention_month`. Segments of which nobody paid at the start
    have no row.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    segment: Text = field("Segment at the start of the window, else 'not stated'.", key=True)
    month: Day = field("First day of the window's last month.", key=True)
    window_months: Whole = field("Length of the window in months.", key=True)
