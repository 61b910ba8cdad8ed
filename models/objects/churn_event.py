"""What a churn event is: someone noted why a customer left or shrank."""

from __future__ import annotations

from models.schema import Day, Flag, Happening, Money, Text, field


class ChurnEvent(Happening):
    """One note that a customer left or shrank. Revenue never comes from here."""

    churn_event_id: Text = field("Id of the event.", key=True)
    company_id: Text = field("The company.", references="company")
    subscription_id: Text = field("The subscription, where there is one.", references="subscription")
    churned_on: Day = field("Day it takes effect.", required=True)
    primary_reason: Text = field("Main reason.")
    secondary_reason: Text = field("Further reason.")
    amount: Money = field("Monthly amount lost, in `currency`.")
    currency: Text = field("ISO 4217 currency.", matches=r"^[A-Z]{3}$")
    is_downgrade_only: Flag = field("True when the customer stays with less.")
    is_voluntary: Flag = field("False when it ended for failed payment.")
    sets_licenses_lost: Flag = field("True when the company's ongoing subscriptions become lost on that day.")
    comment: Text = field("Comment.", personal=True)
    replacement: Text = field("What they use instead.")
