"""What a month's churn is: the companies that stopped paying, and why."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class Churned(Schema):
    """Who stopped paying, and how much that was."""

    is_complete: Flag = field("False in the month that is not over.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    companies_churned: Whole = field("Companies that pay nothing any more.", required=True)
    mrr_churned: Exact = field("What they paid a month.", required=True)
    companies_churned_voluntary: Whole = field("Those that chose to leave.", required=True)
    mrr_churned_voluntary: Exact = field("What those paid a month.", required=True)
    companies_churned_involuntary: Whole = field("Those that ended for failed payment.", required=True)
    mrr_churned_involuntary: Exact = field("What those paid a month.", required=True)


class ChurnMonth(Churned):
    """One month and reason. Months in which nobody left have no row; the sum over reasons is the ARR bridge's churn.

    The reason is that of the churn event nearest the loss, else 'not stated'. Losses that are neither voluntary nor
    involuntary by any event are in the totals only.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    month: Day = field("First day of the month.", key=True)
    reason: Text = field("Main reason of the churn event, else 'not stated'.", key=True)
