"""Stripe: which collections its exports hold and how each is recognised; no mapping, no reading of files.

Three shapes reach the same raw tables: objects as the API and the CLI give them (each says what it is in `object`),
tables of a Sigma query (flat columns such as `customer_id`), and the Dashboard's Export (headers for people). The
Dashboard's invoices and payments are tables of their own, for their amounts are whole units under the very names that
elsewhere stand for minor units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

TRUST = 20
"""Rank among the sources when two disagree; lower is believed first."""


def named(pairs: str) -> dict[str, str]:
    """`"Header = column; Header = column"` as header -> column."""
    return {header.strip(): column.strip() for header, column in (pair.split("=") for pair in pairs.split(";"))}


def collection(
    name: str, object_name: str, columns: str, required: str, files: str, labels: str = "", version: str | None = None
) -> Resource:
    """A collection of Stripe objects. Few of them say when they changed: of the others the latest to arrive holds."""
    return Resource(
        name=name,
        columns=tuple(columns.split()),
        key=("id",),
        version=version,
        required=tuple(required.split()),
        labels=named(labels) if labels else {},
        files=tuple(files.split()),
        records="data",
        where={"object": object_name},
    )


def dashboard(name: str, columns: str, files: str, labels: Mapping[str, str]) -> Resource:
    """A CSV of the Dashboard's Export with amounts in whole units; only these have a `created_utc`, no JSON does."""
    return Resource(
        name=name,
        columns=tuple(columns.split()),
        key=("id",),
        required=("id", "created_utc", "currency", "status"),
        labels=labels,
        files=tuple(files.split()),
        where={"object": name},
    )


CUSTOMERS = collection(
    "customers",
    "customer",
    "id name business_name individual_name email phone description address address_line1 address_line2 address_city "
    "address_state address_postal_code address_country currency preferred_locales metadata website domain "
    "hubspot_company_id salesforce_account_id created deleted",
    "id email created",
    "*customer*",
    "Created (UTC) = created; "
    "hubspot_company_id (metadata) = hubspot_company_id; salesforce_account_id (metadata) = salesforce_account_id; "
    "website (metadata) = website; domain (metadata) = domain",
)
PRODUCTS = collection(
    "products",
    "product",
    "id name description active metadata sku category created updated deleted",
    "id name",
    "*product*",
    "Created (UTC) = created; Updated (UTC) = updated; Date (UTC) = created; sku (metadata) = sku; "
    "category (metadata) = category",
    version="updated",
)
PRICES = collection(
    "prices",
    "price",
    "id product currency unit_amount unit_amount_decimal amount_in_units type recurring recurring_interval "
    "recurring_interval_count recurring_usage_type billing_scheme tiers tiers_mode transform_quantity active metadata "
    "created deleted",
    "id product currency",
    "*price*",
    "product_id = product; Price ID = id; Product ID = product; Amount = amount_in_units; Created (UTC) = created; "
    "Interval = recurring_interval; Interval Count = recurring_interval_count; Usage Type = recurring_usage_type",
)
SUBSCRIPTIONS = collection(
    "subscriptions",
    "subscription",
    "id customer status currency items price quantity amount_in_units product_id recurring_interval start_date created "
    "ended_at cancel_at canceled_at cancel_at_period_end cancellation_details cancellation_reason "
    "cancellation_feedback cancellation_comment trial_end current_period_start current_period_end "
    "billing_cycle_anchor pause_collection discount discounts metadata hubspot_deal_id salesforce_opportunity_id",
    "id customer status created",
    "*subscription*",
    "customer_id = customer; price_id = price; pause_collection_behavior = pause_collection; "
    "cancellation_details_reason = cancellation_reason; cancellation_details_feedback = cancellation_feedback; "
    "cancellation_details_comment = cancellation_comment; cancellation_reason_text = cancellation_comment; "
    "Customer ID = customer; Plan = price; Product ID = product_id; Amount = amount_in_units; "
    "Interval = recurring_interval; Created (UTC) = created; Start (UTC) = start_date; Start Date (UTC) = start_date; "
    "Current Period Start (UTC) = current_period_start; Current Period End (UTC) = current_period_end; "
    "Trial End (UTC) = trial_end; Canceled At (UTC) = canceled_at; Cancel At (UTC) = cancel_at; "
    "Ended At (UTC) = ended_at; Cancellation Reason = cancellation_reason; "
    "hubspot_deal_id (metadata) = hubspot_deal_id; "
    "salesforce_opportunity_id (metadata) = salesforce_opportunity_id",
)
SUBSCRIPTION_ITEMS = collection(
    "subscription_items",
    "subscription_item",
    "id subscription price quantity created",
    "id subscription price",
    "*subscription*item*",
    "subscription_id = subscription; price_id = price",
)
EVENTS = collection("events", "event", "id type created data", "id type created data", "*event*")
INVOICES = collection(
    "invoices",
    "invoice",
    "id customer subscription parent number status currency lines subtotal subtotal_excluding_tax tax total "
    "total_discount_amounts total_tax_amounts total_taxes discount_amount amount_due amount_paid amount_remaining "
    "period_start period_end status_transitions finalized_at paid_at effective_at due_date charge payment_intent "
    "payments metadata created",
    "id customer status total created",
    "*invoice*",
    "customer_id = customer; subscription_id = subscription; charge_id = charge; date = created; "
    "status_transitions_finalized_at = finalized_at; status_transitions_paid_at = paid_at",
)
INVOICE_LINE_ITEMS = collection(
    "invoice_line_items",
    "line_item",
    "id invoice amount currency description quantity type proration subscription price pricing parent period "
    "period_start period_end taxes tax_amounts discount_amounts",
    "id invoice amount currency",
    "*line*item*",
    "invoice_id = invoice; subscription_id = subscription; price_id = price; source_type = type",
)
CHARGES = collection(
    "charges",
    "charge",
    "id customer invoice payment_intent amount currency status captured failure_code failure_message "
    "payment_method_details payment_method_type refunds created",
    "id amount currency status created",
    "*charge* *payment*",
    "customer_id = customer; invoice_id = invoice; payment_intent_id = payment_intent",
)
REFUNDS = collection(
    "refunds",
    "refund",
    "id charge amount currency status reason created",
    "id charge amount currency created",
    "*refund*",
    "charge_id = charge",
)
CREDIT_NOTES = collection(
    "credit_notes",
    "credit_note",
    "id customer invoice number amount total currency status reason memo effective_at metadata created",
    "id invoice amount currency created",
    "*credit*note*",
    "customer_id = customer; invoice_id = invoice",
)
COUPONS = collection(
    "coupons",
    "coupon",
    "id name percent_off amount_off currency duration duration_in_months valid redeem_by max_redemptions applies_to "
    "created",
    "id duration",
    "*coupon*",
)
DASHBOARD_INVOICES = dashboard(
    "dashboard_invoices",
    "id number customer subscription status currency created_utc due_date finalized_at paid_at period_start period_end "
    "line_period_start line_period_end subtotal discount_amount tax total amount_due amount_paid amount_remaining",
    "*invoice*",
    named(
        "Date (UTC) = created_utc; Created (UTC) = created_utc; Due Date (UTC) = due_date; "
        "Finalized At (UTC) = finalized_at; Paid At (UTC) = paid_at; Period Start (UTC) = period_start; "
        "Period End (UTC) = period_end; Minimum Line Item Period Start (UTC) = line_period_start; "
        "Maximum Line Item Period End (UTC) = line_period_end; Total Discount Amount = discount_amount; "
        "Customer ID = customer"
    ),
)
DASHBOARD_PAYMENTS = dashboard(
    "dashboard_payments",
    "id customer invoice payment_intent amount amount_refunded currency status method reason created_utc refunded_utc",
    "*payment* *charge*",
    named(
        "Created date (UTC) = created_utc; Created (UTC) = created_utc; Refunded date (UTC) = refunded_utc; "
        "Customer ID = customer; Invoice ID = invoice; PaymentIntent ID = payment_intent; "
        "Payment Source Type = method; Decline Reason = reason"
    ),
)

RESOURCES: tuple[Resource, ...] = (
    *(CUSTOMERS, PRODUCTS, PRICES, SUBSCRIPTIONS, SUBSCRIPTION_ITEMS, EVENTS, INVOICES, INVOICE_LINE_ITEMS),
    *(CHARGES, REFUNDS, CREDIT_NOTES, COUPONS, DASHBOARD_INVOICES, DASHBOARD_PAYMENTS),
)


@dlt.source(name="stripe")
def stripe(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per Stripe collection found in the exports; work files go to `scratch`."""
    yield from land(RESOURCES, exports, scratch)
