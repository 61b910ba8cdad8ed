"""Chargebee (Product Catalog 2.0): its collections and how each is recognised in an export; no mapping, no reading.

The API wraps each record in its kind: `{"list": [{"subscription": {…}, "customer": {…}}], "next_offset": …}`. The
records of a page are those of the wrapper that the collection is named after. CSV files have the same fields as
columns, as `created_at`, `Created At` or `subscriptions.created_at`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

TRUST = 22
"""Rank among the sources when two disagree; lower is believed first."""

_QUIET = "object resource_version"
"""Fields of every record that say nothing about it."""


def collection(
    name: str, wrapper: str, columns: str, required: str, files: str, *, version: str | None = "updated_at"
) -> Resource:
    """A collection of the API; `wrapper` is the key its records stand under, also the name of one record in CSV."""
    fields = tuple(dict.fromkeys(f"{columns} {_QUIET}".split()))
    spoken = {f"{prefix}{field}": field for field in (*fields, "mrr") for prefix in (f"{name}.", f"{wrapper}.")}
    title = wrapper.replace("_", " ").title()
    return Resource(
        name=name,
        columns=fields,
        key=("id",),
        version=version,
        required=tuple(required.split()),
        labels=spoken | {f"{title} Id": "id", f"{title} Number": "id"},
        files=tuple(files.split()),
        records="list",
        flatten=(wrapper,),
    )


# A page of subscriptions also holds each one's customer: subscriptions stand first so that they are asked first.
SUBSCRIPTIONS = collection(
    "subscriptions",
    "subscription",
    "id customer_id status currency_code billing_period billing_period_unit start_date started_at activated_at "
    "created_at updated_at trial_start trial_end current_term_start current_term_end next_billing_at "
    "remaining_billing_cycles contract_term_billing_cycle_on_renewal pause_date cancelled_at "
    "cancel_schedule_created_at cancel_reason cancel_reason_code due_invoices_count net_term_days "
    "subscription_items item_tiers coupons discounts contract_term meta_data deleted cf_hubspot_deal_id "
    "cf_salesforce_opportunity_id cf_replaced_by_subscription cf_cancel_comment customer card has_scheduled_changes "
    "has_scheduled_advance_invoices",
    "id customer_id status",
    "*subscription*",
)
CUSTOMERS = collection(
    "customers",
    "customer",
    "id first_name last_name email phone company created_at updated_at locale preferred_currency_code billing_address "
    "billing_address_line1 billing_address_line2 billing_address_city billing_address_state billing_address_zip "
    "billing_address_country contacts relationship meta_data deleted cf_website cf_hubspot_company_id "
    "cf_salesforce_account_id cf_zendesk_organization_id cf_intercom_company_id cf_planhat_company_id card "
    "payment_method primary_payment_source_id backup_payment_source_id balances",
    "id created_at",
    "*customer*",
)
ITEMS = collection(
    "items",
    "item",
    "id name external_name description status type item_family_id metered unit metadata archived_at created_at "
    "updated_at deleted",
    "id name type",
    "*items*",
)
ITEM_PRICES = collection(
    "item_prices",
    "item_price",
    "id name item_id item_type item_family_id description status pricing_model price price_in_decimal period "
    "period_unit currency_code free_quantity package_size tiers accounting_detail tax_detail metadata created_at "
    "updated_at deleted",
    "id item_id currency_code",
    "*item*price*",
)
COUPONS = collection(
    "coupons",
    "coupon",
    "id name invoice_name discount_type discount_percentage discount_amount currency_code duration_type duration_month "
    "period period_unit apply_on item_constraints valid_till max_redemptions status created_at updated_at deleted",
    "id discount_type duration_type",
    "*coupon*",
)
EVENTS = collection(
    "events",
    "event",
    "id occurred_at event_type content source user api_version webhooks webhook_status",
    "id occurred_at event_type content",
    "*event* *webhook*",
    version=None,
)
CONTRACT_TERMS = collection(
    "contract_terms",
    "contract_term",
    "id subscription_id status contract_start contract_end billing_cycle action_at_term_end total_contract_value "
    "total_contract_value_before_tax cancellation_cutoff_period remaining_billing_cycles created_at",
    "id subscription_id contract_start contract_end",
    "*contract*term*",
    version=None,
)
INVOICES = collection(
    "invoices",
    "invoice",
    "id customer_id subscription_id status price_type date due_date net_term_days currency_code sub_total tax total "
    "amount_paid amount_due paid_at updated_at line_items discounts line_item_discounts taxes line_item_taxes "
    "linked_payments deleted",
    "id customer_id status total date",
    "*invoice*",
)
CREDIT_NOTES = collection(
    "credit_notes",
    "credit_note",
    "id customer_id subscription_id reference_invoice_id type reason_code create_reason_code status date currency_code "
    "total generated_at updated_at deleted",
    "id customer_id reference_invoice_id total date",
    "*credit*note*",
)
TRANSACTIONS = collection(
    "transactions",
    "transaction",
    "id customer_id subscription_id type status date amount amount_unused currency_code payment_method "
    "reference_number error_code error_text refunded_txn_id linked_invoices linked_credit_notes linked_refunds "
    "linked_payments updated_at deleted masked_card_number iin last4 id_at_gateway",
    "id customer_id type amount date",
    "*transaction* *payment*",
)
SUBSCRIPTION_ITEMS = Resource(
    name="subscription_items",
    columns=(*("subscription_id", "item_price_id", "item_type", "quantity", "unit_price", "amount", "free_quantity"),),
    key=("subscription_id", "item_price_id"),
    required=("subscription_id", "item_price_id"),
    files=("*subscription*item*",),
)
INVOICE_LINE_ITEMS = Resource(
    name="invoice_line_items",
    columns=(
        *("id", "invoice_id", "subscription_id", "date_from", "date_to", "unit_amount", "quantity", "amount"),
        *("discount_amount", "item_level_discount_amount", "tax_amount", "description", "entity_type", "entity_id"),
    ),
    key=("id",),
    required=("id", "invoice_id", "amount"),
    labels={"Line Item Id": "id", "Invoice Number": "invoice_id", "Invoice Id": "invoice_id"},
    files=("*line*item*",),
)

RESOURCES: tuple[Resource, ...] = (
    *(SUBSCRIPTIONS, CUSTOMERS, ITEMS, ITEM_PRICES, COUPONS, EVENTS, CONTRACT_TERMS, INVOICES, CREDIT_NOTES),
    *(TRANSACTIONS, SUBSCRIPTION_ITEMS, INVOICE_LINE_ITEMS),
)


@dlt.source(name="chargebee")
def chargebee(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per Chargebee collection found in the exports; work files go to `scratch`."""
    yield from land(RESOURCES, exports, scratch)
