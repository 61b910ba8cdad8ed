"""QuickBooks Online's entities as its API writes them, made from rows of the demo's world; files are made in `demo`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Record = dict[str, Any]

ZONE = timedelta(hours=-8)
"""The company's own time zone: QuickBooks writes its times in it."""
INVOICE, PAYMENT, REFUND, CREDIT = 100_000, 300_000, 500_000, 700_000
"""Where the ids of each kind begin: all share one sequence."""
METHODS = {"card": "1", "bank_transfer": "2", "sepa_debit": "3"}
METHOD_NAMES = {"1": "Credit Card", "2": "Bank transfer", "3": "SEPA direct debit"}
CURRENCIES = {"EUR": "Euro", "USD": "United States Dollar", "GBP": "British Pound Sterling"}
TERM = "7"
"""The terms of 30 days."""


def customer_id(company_no: int) -> str:
    """Id of the customer that a company is."""
    return str(1000 + company_no)


def stamped(no: str | int, made: datetime, changed: datetime | None = None) -> Record:
    """What every entity has: its id, its version, and when it was made and changed."""
    times = {"CreateTime": _moment(made), "LastUpdatedTime": _moment(changed or made)}
    return {
        "domain": "QBO",
        "sparse": False,
        "Id": str(no),
        "SyncToken": "0" if changed is None else "1",
        "MetaData": times,
    }


def _moment(at: datetime) -> str:
    return f"{(at + ZONE).isoformat(timespec='seconds')}-08:00"


def number(amount: Decimal) -> float | int:
    """An amount as JSON numbers are; ValueError where a cent would be lost."""
    if amount == int(amount):
        return int(amount)
    if Decimal(str(float(amount))) != amount.normalize():
        raise ValueError(f"{amount} is no number of cents that JSON keeps")
    return float(amount)


def currency(code: str) -> Record:
    """A reference to a currency."""
    return {"value": code, "name": CURRENCIES.get(code, code)}


def customer(row: Record, name: str, mail: str | None, phone: str | None) -> Record:
    """A customer from a row of a company; `is_linked` when a custom field names the billing system's customer."""
    record: Record = {
        "DisplayName": name,
        "FullyQualifiedName": name,
        "CompanyName": row["name"],
        "Active": True,
        "Job": False,
        "CurrencyRef": currency(row["currency"]),
        "BillAddr": {
            "Line1": row["address"],
            "PostalCode": row["postal_code"],
            "City": row["city"],
            "Country": row["country"],
        },
    }
    if mail:
        record["PrimaryEmailAddr"] = {"Address": mail}
    if phone:
        record["PrimaryPhone"] = {"FreeFormNumber": phone}
    if row["domain"]:
        record["WebAddr"] = {"URI": f"https://www.{row['domain']}"}
    if row["is_linked"]:
        field = {"DefinitionId": "1", "Name": "Chargebee customer id", "Type": "StringType"}
        record["CustomField"] = [field | {"StringValue": f"cb_{row['company_no']:06d}"}]
    return record | stamped(customer_id(row["company_no"]), row["created_at"], row["updated_at"])


def item(row: Record, price: Decimal | None, made: datetime) -> Record:
    """An item from a row of `products`, at its price in the company's own currency."""
    record: Record = {
        "Name": row["name"],
        "FullyQualifiedName": row["name"],
        "Sku": row["sku"],
        "Active": True,
        "Type": "Service",
        "IncomeAccountRef": {"value": "79", "name": "Services income"},
    }
    return record | ({} if price is None else {"UnitPrice": number(price)}) | stamped(row["product_no"], made)


def line(row: Record, product: Record) -> Record:
    """A line of an invoice from a row of `invoice_lines`."""
    detail = {
        "ItemRef": {"value": str(row["product_no"]), "name": product["name"]},
        "Qty": row["quantity"],
        "UnitPrice": number(row["unit_amount"]),
    }
    return {
        "Id": str(row["line_no"]),
        "LineNum": row["line_no"],
        "Description": row["description"],
        "Amount": number(row["amount"]),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }


def invoice(row: Record, lines: Sequence[Record], paid_by: Sequence[str], changed: datetime) -> Record:
    """An invoice from a row of `invoices`; one that was voided has lost its amounts."""
    is_void = row["status"] == "void"
    kept = [part | {"Amount": 0} for part in lines] if is_void else list(lines)
    kept.append({"Amount": 0 if is_void else number(row["subtotal"]), "DetailType": "SubTotalLineDetail"})
    if row["discount_amount"] and not is_void:
        off = {"Amount": number(row["discount_amount"]), "DetailType": "DiscountLineDetail"}
        kept.append(off | {"DiscountLineDetail": {"PercentBased": False}})
    record: Record = {
        "DocNumber": row["number"],
        "TxnDate": row["issued_at"].date().isoformat(),
        "DueDate": row["due_at"].date().isoformat(),
        "CustomerRef": {"value": customer_id(row["company_no"])},
        "CurrencyRef": currency(row["currency"]),
        "Line": kept,
        "TxnTaxDetail": {"TotalTax": 0 if is_void else number(row["tax_amount"])},
        "TotalAmt": 0 if is_void else number(row["total"]),
        "Balance": 0 if is_void else number(row["total"] - row["amount_paid"]),
        "LinkedTxn": [{"TxnId": no, "TxnType": "Payment"} for no in paid_by],
    }
    if is_void:
        record["PrivateNote"] = "Voided"
    if (row["due_at"] - row["issued_at"]).days == 30:
        record["SalesTermRef"] = {"value": TERM}
    return record | stamped(INVOICE + row["invoice_no"], row["issued_at"], changed)


def payment(row: Record) -> Record:
    """A payment from a row of `payments`, for one invoice."""
    link = {"TxnId": str(INVOICE + row["invoice_no"]), "TxnType": "Invoice"}
    record: Record = {
        "TxnDate": row["paid_at"].date().isoformat(),
        "CustomerRef": {"value": customer_id(row["company_no"])},
        "CurrencyRef": currency(row["currency"]),
        "PaymentMethodRef": {"value": METHODS[row["method"]]},
        "TotalAmt": number(row["amount"]),
        "UnappliedAmt": 0,
        "Line": [{"Amount": number(row["amount"]), "LinkedTxn": [link]}],
    }
    return record | stamped(PAYMENT + row["payment_no"], row["paid_at"])


def refund(row: Record, company_no: int) -> Record:
    """A refund receipt from a row of `refunds`."""
    record: Record = {
        "DocNumber": f"R-{row['refund_no']}",
        "TxnDate": row["refunded_at"].date().isoformat(),
        "CustomerRef": {"value": customer_id(company_no)},
        "CurrencyRef": currency(row["currency"]),
        "PrivateNote": row["reason"].replace("_", " "),
        "Line": [],
        "TotalAmt": number(row["amount"]),
        "Balance": 0,
    }
    return record | stamped(REFUND + row["refund_no"], row["refunded_at"])


def credit_memo(row: Record) -> Record:
    """A credit memo from a row of `credit_notes`."""
    record: Record = {
        "DocNumber": row["number"],
        "TxnDate": row["issued_at"].date().isoformat(),
        "CustomerRef": {"value": customer_id(row["company_no"])},
        "CurrencyRef": currency(row["currency"]),
        "CustomerMemo": {"value": row["reason"].replace("_", " ")},
        "Line": [],
        "TotalAmt": number(row["amount"]),
        "RemainingCredit": number(row["amount"]),
    }
    return record | stamped(CREDIT + row["credit_note_no"], row["issued_at"])
