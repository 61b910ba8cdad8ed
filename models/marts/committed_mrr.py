"""What committed MRR is: today's MRR, plus what is signed and starts later, less what is known to end."""

from __future__ import annotations

from models.schema import Exact, Instant, Schema, Text, field


class CommittedMrr(Schema):
    """One company and currency at the run's as-of. committed_mrr = mrr + coming - leaving, exactly."""

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    company_id: Text = field("The company.", key=True, references="company")
    currency: Text = field("ISO 4217 currency.", key=True)
    as_of: Instant = field("Instant of the run: what is known then.", required=True)
    mrr: Exact = field("Net MRR now.", required=True)
    coming: Exact = field("MRR of items that start or grow later, discounts that run out included.", required=True)
    leaving: Exact = field("MRR of items that are known to end or shrink.", required=True)
    committed_mrr: Exact = field("What is left once all of that has happened.", required=True)
    reporting_currency: Text = field("The reporting currency, ISO 4217.", required=True)
    reporting_mrr: Exact = field("`mrr` in the reporting currency, at the last month's rate.", required=True)
    reporting_committed_mrr: Exact = field("`committed_mrr` in the reporting currency.", required=True)
