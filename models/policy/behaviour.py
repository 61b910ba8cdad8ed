"""What may be set about the rules that conclude one thing from another: the settings of `behaviour.toml`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(strict=True, ge=0, le=3650)]
Months = Annotated[int, Field(strict=True, ge=0, le=240)]
Switch = Annotated[bool, Field(strict=True)]


class Policy(BaseModel):
    """Which rules are on, and their numbers."""

    model_config = ConfigDict(extra="forbid")

    won_opportunity_makes_revenue: Switch
    signed_contract_makes_revenue: Switch
    contract_status_follows_dates: Switch
    expected_invoices: Switch
    invoice_becomes_overdue: Switch
    subscription_renews_itself: Switch
    renewal_opportunity_opens: Switch
    cancel_date_ends_likelihood: Switch
    churn_event_ends_subscriptions: Switch
    done_task_is_conversation: Switch
    ticket_asks_for_more: Switch
    customer_status_follows_subscriptions: Switch
    company_known_by_domain: Switch
    visitor_becomes_known: Switch
    champion_left_is_signal: Switch
    champion_arrived_is_signal: Switch
    workflows_run: Switch
    calculated_metrics: Switch
    renewal_likelihood: Annotated[Decimal, Field(ge=0, le=1)]
    notice_period_days: Days
    renewal_grace_days: Days
    due_days: Days
    expected_invoice_months_back: Months
    expected_invoice_months_ahead: Months
    expected_invoice_match_days: Days
