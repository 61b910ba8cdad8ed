"""What a month of pipeline is: the schema of `marts.pipeline_month`. How deals are weighed is in intermediate."""

from __future__ import annotations

from models.schema import Day, Money, Schema, Text, Whole, field


class PipelineMonth(Schema):
    """One row per month, pipeline, stage, status, owner and currency; counts and amounts in one currency add up.

    An opportunity stands in the month it was closed in, else in the one it is expected to close in.
    """

    month: Day = field("First day of the month.", key=True)
    pipeline: Text = field("Pipeline, else not stated.", key=True)
    stage: Text = field("Stage, in the source's words.", key=True)
    status: Text = field("Where they stand.", key=True, isin=["open", "won", "lost", "suspended"])
    owner_id: Text = field("Team member who owns them, or nobody.", key=True)
    currency: Text = field("Currency of `amount` and `weighted_amount`.", key=True)
    reporting_currency: Text = field("Currency of the amounts that say so.", required=True)
    opportunity_count: Whole = field("Opportunities.", required=True, ge=0)
    unweighted_count: Whole = field("Of those, ones without a likelihood: they weigh nothing.", required=True, ge=0)
    undated_count: Whole = field("Of those, open ones nobody gave a date: in the as-of month.", required=True, ge=0)
    unconverted_count: Whole = field("Of those, ones in a currency without a rate.", required=True, ge=0)
    amount: Money = field("Sum of the amounts, in `currency`.", required=True)
    weighted_amount: Money = field(
        "Sum of amount × likelihood, in `currency`: won counts whole, lost not at all.", required=True
    )
    amount_reporting: Money = field(
        "The amounts in the reporting currency; closed ones by their month's rate.", required=True
    )
    weighted_amount_reporting: Money = field("The weighted amounts in the reporting currency.", required=True)
    timed_count: Whole = field("Won ones whose days from creation to close are known.", required=True, ge=0)
    cycle_days: Whole = field("Sum of those days.", required=True)
