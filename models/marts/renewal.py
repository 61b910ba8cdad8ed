"""What a renewal is: a term of a subscription or contract that comes up. How it is told is in the SQL beside it."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class Renewal(Schema):
    """One day on which a subscription or a contract comes up for renewal, and the currency it is paid in.

    A renewal that a contract and its subscription both state stands here once. Of one agreement, all days of the last
    months of history stand here, and the next coming one. What is billed month by month without a term has none.
    """

    renewal_id: Text = field("Id of the renewal: what renews, its day and currency.", key=True)
    company_id: Text = field("The company.", required=True, references="company")
    subscription_id: Text = field("The subscription; null where a contract covers several.", references="subscription")
    contract_id: Text = field("The contract, where there is one.", references="contract")
    owner_id: Text = field("Team member who owns the contract, else the company.", references="team_member")
    segment: Text = field("Segment the company is in now, else 'not stated'.", required=True)
    renews_on: Day = field("First day of the new term.", required=True)
    month: Day = field("First day of the month of that day.", required=True)
    has_come_up: Flag = field("True when that day has come.", required=True)
    notice_on: Day = field("Last day to give notice: the notice period before `renews_on`.", required=True)
    is_notice_passed: Flag = field("True when that day is over.", required=True)
    auto_renew: Flag = field("True when it renews by itself.", required=True)
    status: Text = field(
        "renewed: it went on, or what follows is agreed; lost: it ended or is called off; due: it has come up and "
        "nothing is decided; open: it is yet to come.",
        required=True,
        isin=["open", "due", "renewed", "lost"],
    )
    likelihood: Exact = field("How likely it is renewed: 1 when it was, 0 when it is lost.", required=True, ge=0, le=1)
    likelihood_from: Text = field(
        "Where the likelihood comes from: the status, a source, the renewals of the segment or of all customers that "
        "were decided in the last months of history, or the behaviour policy.",
        required=True,
        isin=["decided", "stated", "segment history", "history", "policy"],
    )
    likelihood_count: Whole = field("Decided renewals that a likelihood from history counts.", ge=0)
    currency: Text = field("Currency of the amounts, ISO 4217.", required=True)
    base_mrr: Exact = field("MRR just before the day; 0 where a contract has no subscription.", required=True)
    renewed_mrr: Exact = field("MRR that went on, or is agreed to; null unless it is renewed.")
    expansion_mrr: Exact = field("What that is more (less: negative) than `base_mrr`; null unless it is renewed.")
    base_forecast: Exact = field("`base_mrr` times the likelihood.", required=True)
    optimistic_forecast: Exact = field("`base_mrr` unless it is lost.", required=True)
    pessimistic_forecast: Exact = field("`base_forecast` if it renews by itself or was renewed, else 0.", required=True)
    reporting_currency: Text = field("Currency of the amounts that say so.", required=True)
    base_mrr_reporting: Exact = field("`base_mrr` in the reporting currency; 0 without a rate.", required=True)
    renewed_mrr_reporting: Exact = field("`renewed_mrr` in the reporting currency, at the same rate.")
    expansion_mrr_reporting: Exact = field("`expansion_mrr` in the reporting currency, at the same rate.")
    base_forecast_reporting: Exact = field("`base_forecast` in the reporting currency.", required=True)
    optimistic_forecast_reporting: Exact = field("`optimistic_forecast` in the reporting currency.", required=True)
    pessimistic_forecast_reporting: Exact = field("`pessimistic_forecast` in the reporting currency.", required=True)
