"""What a month of committed MRR is: what runs, what is signed and what is known to end, for past and coming months."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, field


class CommittedMonth(Schema):
    """One company, currency and month up to twelve months ahead. committed_mrr = mrr + signed - leaving, exactly.

    A past month knows what was known at its end: a subscription from the day it was made, an end from the day of the
    notice; where nobody gave notice, a fixed end is known from the start. The running and the coming months know what
    is known at the run's as-of.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    company_id: Text = field("The company.", key=True, references="company")
    currency: Text = field("ISO 4217 currency of all amounts of the row.", key=True)
    month: Day = field("First day of the month.", key=True)
    is_coming: Flag = field(
        "True for a month after the running one: `mrr` is what is known to run then.", required=True
    )
    mrr: Exact = field("Net MRR at the month's snapshot.", required=True)
    signed: Exact = field(
        "What is signed and has not begun; in the running and coming months what will grow, too.", required=True
    )
    leaving: Exact = field(
        "What of `mrr` is known to end; in the running and coming months to shrink, too.", required=True
    )
    committed_mrr: Exact = field("What is left once all of that has happened.", required=True)
