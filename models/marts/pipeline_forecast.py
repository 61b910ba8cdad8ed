"""What the pipeline is expected to bring: how it is weighed is in the SQL beside it."""

from __future__ import annotations

from models.schema import Day, Exact, Money, Schema, Text, Whole, field


class PipelineForecast(Schema):
    """Open opportunities by pipeline, stage, expected month, kind of sale and currency, weighed in two ways.

    The history is that of opportunities decided in the last months of history: see the forecast policy.
    """

    pipeline: Text = field("Pipeline, else not stated.", key=True)
    stage: Text = field("Stage, in the source's words.", key=True)
    month: Day = field(
        "First day of the month they are expected in: by the day their source expects, else by the stage's median "
        "days, else this month; never a month that is over.",
        key=True,
    )
    opportunity_type: Text = field("Kind of sale, else not stated.", key=True)
    currency: Text = field("Currency of the amounts.", key=True)
    reporting_currency: Text = field("Currency of the amounts that say so.", required=True)
    opportunity_count: Whole = field("Opportunities.", required=True, ge=0)
    unweighted_count: Whole = field("Of those, ones without a likelihood of their source.", required=True, ge=0)
    undated_count: Whole = field("Of those, ones that nothing dates: they stand in this month.", required=True, ge=0)
    without_mrr_count: Whole = field("Of those, ones of which no recurring part is known.", required=True, ge=0)
    amount: Money = field("Sum of the amounts.", required=True)
    mrr: Money = field("Sum of the recurring parts a month.", required=True)
    probability_stated: Exact = field("Likelihood by the sources, weighed by amount; null without any.", ge=0, le=1)
    probability_history: Exact = field("Won of those decided that had been in the stage; null of too few.", ge=0, le=1)
    decided_count: Whole = field("Opportunities won or lost that had been in the stage.", required=True, ge=0)
    won_count: Whole = field("Of those, ones won.", required=True, ge=0)
    median_days: Whole = field("Median days of the won ones from the stage to the close.")
    weighted_stated: Money = field("Sum of amount × the source's likelihood, 0 where it gives none.", required=True)
    weighted_history: Money = field("Sum of amount × `probability_history`; null without one.")
    amount_reporting: Money = field("The amounts in the reporting currency.", required=True)
    weighted_stated_reporting: Money = field("`weighted_stated` in the reporting currency.", required=True)
    weighted_history_reporting: Money = field("`weighted_history` in the reporting currency.")
