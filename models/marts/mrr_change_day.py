"""What an MRR change is: how a company's revenue in one currency moved on one day."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, field


class MrrChangeDay(Schema):
    """One company, currency and day on which something moves, in that currency; there is no row for other days.

    closing = opening + new + reactivation + expansion - contraction - churn, exactly, and a day opens with what the one
    before it closed with. The rules are those of the months, with every midnight of the policy's zone as a border: who
    joins and leaves inside one month shows here, who joins and leaves inside one day does not.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    company_id: Text = field("The company.", key=True, references="company")
    currency: Text = field("ISO 4217 currency of all amounts of the row.", key=True)
    day: Day = field("The day, in the policy's time zone.", key=True)
    opening: Exact = field("Net MRR at the end of the day before.", required=True)
    new: Exact = field("MRR of a company that never paid before.", required=True)
    reactivation: Exact = field("MRR of a company that comes back after a day's end without any.", required=True)
    expansion: Exact = field("More from a company that already paid.", required=True)
    contraction: Exact = field("Less from a company that still pays.", required=True)
    churn: Exact = field("MRR of a company that pays nothing any more.", required=True)
    closing: Exact = field(
        "Net MRR at the end of the day, or at the run's as-of on the day that is not over.", required=True
    )
