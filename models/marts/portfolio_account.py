"""What one account in an owner's portfolio is: the schema of `marts.portfolio_account`. The sums are `portfolio`."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Instant, Money, Schema, Text, Whole, field

RISKS = ("notice", "overdue", "health", "champion", "tickets", "untouched", "attention", "single_thread")
"""What may threaten an account, the worst first."""


class PortfolioAccount(Schema):
    """One row per company with who owns it: how it is, what is ahead, what is due, and what threatens it most."""

    team_member_id: Text = field("Owner, or nobody.", key=True)
    company_id: Text = field("The company.", key=True, references="company")
    owner_name: Text = field("Owner's name.", required=True)
    team: Text = field("Owner's team; not stated where none is known, nobody where nobody owns it.", required=True)
    csm_id: Text = field("Success manager; null without one.", references="team_member")
    csm_name: Text = field("The success manager's name.")
    company_name: Text = field("The company's name.", required=True)
    as_of: Day = field("Day of the overview.", required=True)
    customer_status: Text = field(
        "What its subscriptions make of it.",
        required=True,
        isin=["prospect", "coming", "customer", "canceled", "lost"],
    )
    is_customer: Flag = field("True for a customer, also one that gave notice.", required=True)
    currency: Text = field("The reporting currency: of every amount here.", required=True)
    arr: Exact = field("Annual recurring revenue now.", required=True)
    health_score: Exact = field("0 (bad) to 100 (good); null for who is no customer or where too little is known.")
    health_band: Text = field("What the score means.", isin=["at_risk", "needs_attention", "thriving"])
    health_change_30d: Exact = field("What the score gained or lost in 30 days.")
    health_cause: Text = field("The theme of signs to speak of first.")
    health_reasons: Text = field("The signs that cost most points, worst first.")
    renewal_on: Day = field("Next day on which something that is worth preparing for renews.")
    is_renewing: Flag = field("True when that day is within the policy's days.", required=True)
    renewing_arr: Exact = field("ARR that renews on that day; null where the calendar of renewals has none.")
    notice_on: Day = field("Last day to give notice of it.")
    renewal_likelihood: Exact = field("How likely it goes on: of the money that renews that day.", ge=0, le=1)
    overdue_amount: Money = field("Unpaid and past its due date.", required=True)
    overdue_days: Whole = field("Days the oldest of it is overdue.", required=True, ge=0)
    weighted_pipeline_amount: Money = field("Open opportunities × likelihood.", required=True)
    task_count: Whole = field("Tasks and e-mails of workflows not done.", required=True, ge=0)
    late_task_count: Whole = field("Of those, past their day.", required=True, ge=0)
    next_task_on: Day = field("First day on which one of them is or was due.")
    last_touch_at: Instant = field("When a person of either side last wrote, called or met.")
    days_untouched: Whole = field("Days since then; null where nobody ever did.", ge=0)
    is_untouched: Flag = field("True when that is longer than the policy's days ago, or never was.", required=True)
    next_touch_at: Instant = field("Next meeting, task or e-mail due, also where it is late.")
    risk: Text = field(
        "What threatens the account most; null of who is no customer, or where nothing does.", isin=[*RISKS]
    )
    risk_words: Text = field("That in a sentence.", personal=True)
