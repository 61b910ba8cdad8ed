"""What a subscription is: a running agreement to pay, again and again (Planhat: License)."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Instant, Money, Object, Text, Whole, field


class Subscription(Object):
    """One subscription. What it costs over time stands in `subscription_version`."""

    subscription_id: Text = field("Id of the subscription.", key=True)
    company_id: Text = field("The company.", references="company")
    contract_id: Text = field("The contract it belongs to.", references="contract")
    opportunity_id: Text = field("The opportunity it came from.", references="opportunity")
    product_id: Text = field("The product, where there is just one.", references="product")
    status: Text = field(
        "Status now.",
        required=True,
        isin=["trialing", "active", "past_due", "unpaid", "paused", "incomplete", "incomplete_expired", "canceled"],
    )
    starts_at: Instant = field("First instant.", required=True)
    ends_at: Instant = field("End, half-open; null while open.")
    is_open_ended: Flag = field("True when no end is known.")
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    value: Money = field("Value of the whole term where it is fixed, in `currency`.")
    auto_renew: Flag = field("True when it renews by itself.")
    renewal_on: Day = field("Next day on which it renews.")
    renewal_status: Text = field("Whether it goes on.", isin=["ongoing", "renewed", "lost"])
    renewal_likelihood: Exact = field("How likely it renews, 0 to 1: see the behaviour policy.", ge=0, le=1)
    notice_period_days: Whole = field("Days of notice.", ge=0)
    trial_ends_at: Instant = field("End of the trial.")
    paused_at: Instant = field("Since when collection is paused; null when it is not.")
    cancel_at: Instant = field("When it will end, as far as known.")
    canceled_at: Instant = field("When the customer said it should end.")
    cancel_reason: Text = field("Reason for cancelling, in the source's words.")
    cancel_comment: Text = field("Comment on cancelling.", personal=True)
    replaced_by_id: Text = field("The subscription that takes its place.", references="subscription")
