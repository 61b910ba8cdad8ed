"""QuickBooks Online: which collections its API and reports hold and how each is recognised; no mapping, no reading.

Two shapes: the API's entities (`{"QueryResponse": {"Invoice": […]}}`, and the change feed's list of those, in which
what was deleted is a stub), and reports exported as CSV or Excel, which name things where the API has ids. A report is
a table of its own, without a key, for its totals and its footer have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.quickbooks.envelope import DELETED, without_envelope
from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

TRUST = 25
"""Rank among the sources when two disagree; lower is believed first."""

_EVERY = "create_time last_updated_time status domain sparse sync_token"
"""Fields of every entity; of these a mapping reads the two times."""


def entity(name: str, kind: str, columns: str, files: str) -> Resource:
    """An entity of the API; `kind` is what QuickBooks calls it. Columns are its fields in snake case."""
    return Resource(
        name=name,
        columns=tuple(f"id {columns} {_EVERY}".split()),
        key=("id",),
        version="last_updated_time",
        required=("id",),
        files=tuple(files.split()),
        records=kind,
        flatten=("MetaData",),
    )


def report(name: str, required: str, columns: str, files: str, labels: str) -> Resource:
    """A report; `labels` is `"Header = column; Header = column"`."""
    pairs = (pair.split("=") for pair in labels.split(";"))
    return Resource(
        name=name,
        columns=tuple(f"{required} {columns}".split()),
        required=tuple(required.split()),
        labels={header.strip(): column.strip() for header, column in pairs},
        files=tuple(files.split(";")),
    )


_SALE = (
    "doc_number txn_date customer_ref line txn_tax_detail total_amt balance currency_ref exchange_rate private_note "
    "customer_memo custom_field linked_txn apply_tax_after_discount global_tax_calculation bill_addr ship_addr "
    "bill_email"
)
CUSTOMERS = entity(
    "customers",
    "Customer",
    "display_name fully_qualified_name company_name given_name middle_name family_name active primary_email_addr "
    "primary_phone mobile alternate_phone fax web_addr bill_addr ship_addr parent_ref job is_project level "
    "currency_ref custom_field print_on_check_name sales_term_ref payment_method_ref "
    "default_tax_code_ref v4_id_pseudonym",
    "*customer*",
)
ITEMS = entity(
    "items",
    "Item",
    "name sku description active fully_qualified_name type unit_price income_account_ref expense_account_ref "
    "asset_account_ref sales_tax_code_ref parent_ref item_group_detail sub_item level purchase_tax_code_ref",
    "*item* *product*service*",
)
INVOICES = entity(
    "invoices", "Invoice", f"{_SALE} due_date sales_term_ref recur_data_ref print_status email_status", "*invoice*"
)
SALES_RECEIPTS = entity(
    "sales_receipts",
    "SalesReceipt",
    f"{_SALE} payment_method_ref payment_ref_num deposit_to_account_ref recur_data_ref print_status email_status",
    "*sales*receipt*",
)
REFUND_RECEIPTS = entity(
    "refund_receipts",
    "RefundReceipt",
    f"{_SALE} payment_method_ref payment_ref_num deposit_to_account_ref print_status",
    "*refund*receipt*",
)
CREDIT_MEMOS = entity(
    "credit_memos", "CreditMemo", f"{_SALE} remaining_credit print_status email_status", "*credit*memo*"
)
PAYMENTS = entity(
    "payments",
    "Payment",
    "txn_date customer_ref line total_amt unapplied_amt currency_ref exchange_rate private_note payment_method_ref "
    "payment_ref_num deposit_to_account_ref process_payment linked_txn",
    "*payments*",
)
TERMS = entity("terms", "Term", "name active type due_days discount_days discount_percent day_of_month_due", "*term*")
PAYMENT_METHODS = entity("payment_methods", "PaymentMethod", "name active type", "*payment*method*")
DELETIONS = Resource(
    name="deletions",
    columns=("entity", *f"id {_EVERY}".split()),
    key=("entity", "id"),
    version="last_updated_time",
    required=("entity", "id"),
    records=DELETED,
    flatten=("MetaData",),
)
PREFERENCES = Resource(
    name="preferences",
    columns=("home_currency", "multi_currency_enabled"),
    required=("home_currency",),
    files=("*preference*", "*currency*"),
    records="Preferences",
    flatten=("CurrencyPrefs",),
)
CUSTOMER_CONTACT_LIST = report(
    "customer_contact_list",
    "customer_full_name email",
    "phone_numbers full_name bill_address ship_address company created_on website",
    "*customer*contact*list*",
    "Customer = customer_full_name; Phone = phone_numbers; Billing address = bill_address; Shipping address = "
    "ship_address; Company name = company; Create date = created_on",
)
PRODUCT_SERVICE_LIST = report(
    "product_service_list",
    "product_service price",
    "type description sku income_account taxable category",
    "*product*service*list*",
    "Product/Service = product_service; Product/Service full name = product_service; Product/Service Name = "
    "product_service; Item type = type; Memo/Description = description; Sales description = description; Sales price = "
    "price; Sales price / rate = price; Rate = price; Income account full name = income_account",
)
INVOICE_LIST = report(
    "invoice_list",
    "txn_date transaction_type num name due_date amount open_balance",
    "memo currency terms",
    "*invoice*list*",
    "Date = txn_date; Transaction date = txn_date; Customer = name; Customer full name = name; "
    "Memo/Description = memo; Term = terms",
)
TRANSACTION_LIST = report(
    "transaction_list",
    "txn_date transaction_type num name account amount",
    "memo split currency posting payment_method",
    "*transaction*list*",
    "Date = txn_date; Transaction date = txn_date; Customer = name; Customer full name = name; "
    "Memo/Description = memo; Account full name = account; Account name = account; Posting (Y/N) = posting; "
    "Item split account full name = split; Split account = split",
)

# What asks for more than an id stands first: a record by itself is shown to the collections in this order.
RESOURCES: tuple[Resource, ...] = (
    *(PREFERENCES, DELETIONS, CUSTOMERS, ITEMS, INVOICES, SALES_RECEIPTS, REFUND_RECEIPTS, CREDIT_MEMOS, PAYMENTS),
    *(TERMS, PAYMENT_METHODS, CUSTOMER_CONTACT_LIST, PRODUCT_SERVICE_LIST, INVOICE_LIST, TRANSACTION_LIST),
)


@dlt.source(name="quickbooks")
def quickbooks(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per entity and report found in the exports; work files go to `scratch`."""
    plain = [without_envelope(export, RESOURCES, scratch) for export in exports]
    yield from land(RESOURCES, plain, scratch)
