"""What a cut of the ARR bridge is: how recurring revenue moved in one segment, country, currency and so on."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class BridgeCut(Schema):
    """One member of a dimension in one month: ARR (12 times MRR) in the reporting currency. Nothing moves: no row.

    closing = opening + new + reactivation + expansion - contraction - churn + fx + transfer_in - transfer_out, exactly.
    Over the members of a dimension all amounts add up to `arr_bridge`, and transfers to nothing. Companies stand where
    they stood at the month's snapshot (for months before anything is known of them, where they stood first): one that
    moves takes what it paid along as a transfer, and then grows or shrinks at its new place; one that is gone is lost
    where it paid. Products and currencies of a company that stays are set off against each other: what one gains and
    another loses is transferred.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    dimension: Text = field(
        "By what the bridge is cut; parent is the ultimate one, currency the one paid in.",
        key=True,
        isin=["segment", "country", "owner", "product", "parent", "currency"],
    )
    member: Text = field(
        "Segment, country, currency, or id of the team member, product or parent; else 'not stated' or 'no group'.",
        key=True,
    )
    month: Day = field("First day of the month.", key=True)
    member_name: Text = field("Name of the team member, product or parent; else the same as `member`.", required=True)
    is_complete: Flag = field("False in the month that is not over: it is valued at the run's as-of.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    opening: Exact = field("ARR at the end of the month before.", required=True)
    new: Exact = field("ARR of companies that never paid before.", required=True)
    reactivation: Exact = field("ARR of companies that come back.", required=True)
    expansion: Exact = field("More from companies that already paid.", required=True)
    contraction: Exact = field("Less from companies that still pay.", required=True)
    churn: Exact = field("ARR of companies that pay nothing any more.", required=True)
    fx: Exact = field("What the opening ARR gained or lost by the month's exchange rates.", required=True)
    transfer_in: Exact = field("ARR that came from other members of the dimension.", required=True)
    transfer_out: Exact = field("ARR that went to other members of the dimension.", required=True)
    closing: Exact = field("ARR at the end of the month.", required=True)
    customers_opening: Whole = field(
        "Paying companies at the end of the month before; null, as all counts, for products and currencies, of which "
        "one company may have several."
    )
    customers_new: Whole = field("Companies that paid for the first time.")
    customers_reactivated: Whole = field("Companies that came back.")
    customers_churned: Whole = field("Companies that pay nothing any more.")
    customers_transferred_in: Whole = field("Companies that came from other members.")
    customers_transferred_out: Whole = field("Companies that went to other members.")
    customers_closing: Whole = field("Paying companies at the end of the month.")
