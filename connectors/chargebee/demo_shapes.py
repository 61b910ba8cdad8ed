"""Chargebee's objects as its API writes them, made from rows of the demo's world; files are made in `demo`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Record = dict[str, Any]

METHODS = {"sepa_debit": "direct_debit"}
STATUSES = {"open": "payment_due", "void": "voided", "uncollectible": "not_paid", "draft": "pending"}
CRM_COMPANY, CRM_DEAL = 10_000_000_000, 30_000_000_000


def epoch(moment: datetime) -> int:
    """Seconds since 1970 of a naive UTC instant."""
    return int(moment.replace(tzinfo=UTC).timestamp())


def cents(amount: Decimal) -> int:
    """Hundredths of a currency unit; ValueError when the amount has a part of one."""
    minor = amount * 100
    if minor != int(minor):
        raise ValueError(f"{amount} is no whole number of hundredths")
    return int(minor)


def plain(number: Decimal) -> str:
    """A decimal as text, without an exponent and without zeros at its end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def stamped(record: Record, kind: str, changed: datetime) -> Record:
    """The record with what every one of Chargebee's has: its kind and its version."""
    at = epoch(changed)
    return record | {"object": kind, "updated_at": at, "resource_version": at * 1000 + 137, "deleted": False}


def customer_id(row: Record) -> str:
    """Id of the customer a row belongs to."""
    return f"cb_{row['company_no']:06d}"


def subscription_id(sub_no: int) -> str:
    """Id of a subscription."""
    return f"cbsub_{sub_no:06d}"


def transaction_id(payment_no: int) -> str:
    """Id of the transaction of a payment."""
    return f"txn_{payment_no:07d}"


def invoice_id(row: Record) -> str:
    """An invoice's id is its number; one that is still pending has none."""
    return row["number"] or f"draft_inv_{row['invoice_no']:07d}"


def links(crm: str | None, company_no: int) -> Record:
    """The custom field that names the CRM's record."""
    if crm == "hubspot":
        return {"cf_hubspot_company_id": str(CRM_COMPANY + company_no)}
    return {"cf_salesforce_account_id": f"001LU{company_no:013d}"} if crm == "salesforce" else {}


def deal_link(crm: str | None, deal_no: int | None) -> Record:
    """Metadata of a subscription that names the CRM's deal."""
    if deal_no is None or crm is None:
        return {}
    named = {"salesforce_opportunity_id": f"006LU{deal_no:013d}"}
    return {"hubspot_deal_id": str(CRM_DEAL + deal_no)} if crm == "hubspot" else named


def customer(row: Record, name: str, person: Record | None, domain: str | None, is_linked: bool) -> Record:
    """A customer from a row of `companies`; `person` gets the bills, `is_linked` when it names the CRM's record."""
    mail = person["email"] if person else f"billing@{domain}" if domain else None
    names = {} if person is None or person["is_role_address"] else person
    record: Record = {
        "id": customer_id(row),
        "first_name": names.get("first_name"),
        "last_name": names.get("last_name"),
        "email": mail,
        "phone": person["phone"] if person else None,
        "company": name,
        "auto_collection": "on",
        "net_term_days": 0,
        "created_at": epoch(row["created_at"]),
        "preferred_currency_code": row["currency"],
        "billing_address": {"city": row["city"], "country": row["country"], "object": "billing_address"},
        "promotional_credits": 0,
        "excess_payments": 0,
        "refundable_credits": 0,
        "unbilled_charges": 0,
    }
    told = {key: value for key, value in record.items() if value is not None}
    return stamped(told | (links(row["crm"], row["company_no"]) if is_linked else {}), "customer", row["updated_at"])


def item(row: Record, kind: str, is_metered: bool, created: datetime) -> Record:
    """An item of the catalogue from a row of `products`."""
    record: Record = {
        "id": row["sku"].lower(),
        "name": row["name"],
        "status": "active",
        "type": kind,
        "item_family_id": row["category"],
        "metered": is_metered,
        "item_applicability": "all",
        "metadata": {"sku": row["sku"]},
        "created_at": epoch(created),
    }
    return stamped(record, "item", created)


def price_id(row: Record, sku: str) -> str:
    """Id of a price as people in Chargebee write them."""
    cycle = {"month": "Monthly", "year": "Yearly", None: "Once"}[row["billing_interval"]]
    return f"{sku.lower()}-{row['currency']}-{cycle}-{row['price_no']}"


def item_price(row: Record, sku: str, kind: str, created: datetime) -> Record:
    """A price of an item; one finer than a cent is told as a decimal."""
    minor = row["unit_amount"] * 100
    record: Record = {
        "id": price_id(row, sku),
        "name": price_id(row, sku).replace("-", " "),
        "item_id": sku.lower(),
        "item_type": kind,
        "status": "active",
        "pricing_model": "per_unit",
        "currency_code": row["currency"],
        "free_quantity": 0,
        "created_at": epoch(created),
    }
    record |= {"price": int(minor)} if minor == int(minor) else {"price_in_decimal": plain(row["unit_amount"])}
    if row["billing_interval"]:
        record |= {"period": row["interval_count"], "period_unit": row["billing_interval"]}
    return stamped(record, "item_price", created)


def coupon(row: Record, created: datetime) -> Record:
    """The coupon behind a row of `subscription_discounts`; each is made for one subscription."""
    off = row["percent_off"]
    record: Record = {
        "id": f"DEAL-{row['discount_no']:04d}",
        "name": f"{plain(off)} %" if off is not None else f"{plain(row['amount_off'])} {row['currency']}",
        "discount_type": "percentage" if off is not None else "fixed_amount",
        "duration_type": {"repeating": "limited_period", "once": "one_time"}.get(row["duration"], row["duration"]),
        "status": "active",
        "apply_on": "invoice_amount",
        "max_redemptions": 1,
        "created_at": epoch(created),
    }
    if off is not None:
        record["discount_percentage"] = float(off)
    else:
        record |= {"discount_amount": cents(row["amount_off"]), "currency_code": row["currency"]}
    if row["duration"] == "repeating":
        record |= {"period": row["months"], "period_unit": "month"}
    return stamped(record, "coupon", created)


def line(row: Record, price: str | None, discounted: int) -> Record:
    """A line of an invoice from a row of `invoice_lines`, less its part of the invoice's discount."""
    minor = row["unit_amount"] * 100
    exact = {} if minor == int(minor) else {"unit_amount_in_decimal": plain(row["unit_amount"])}
    told = f"{row['description']} - Prorated Charges" if row["is_proration"] else row["description"]
    return {
        "id": f"li_{row['invoice_no']:07d}_{row['line_no']:02d}",
        "subscription_id": subscription_id(row["sub_no"]),
        "date_from": epoch(row["period_start"]),
        "date_to": epoch(row["period_end"]),
        "unit_amount": int(minor),
        "quantity": row["quantity"],
        "amount": cents(row["amount"]),
        "discount_amount": discounted,
        "item_level_discount_amount": 0,
        "description": told,
        "entity_type": "addon_item_price" if row["revenue_type"] == "usage" else "plan_item_price",
        "entity_id": price,
        "object": "line_item",
    } | exact


def invoice(row: Record, lines: Sequence[Record], changed: datetime) -> Record:
    """An invoice from a row of `invoices`."""
    status = STATUSES.get(row["status"], row["status"])
    is_void = row["status"] == "void"
    record: Record = {
        "id": invoice_id(row),
        "customer_id": customer_id(row),
        "subscription_id": subscription_id(row["sub_no"]),
        "recurring": True,
        "status": status,
        "price_type": "tax_exclusive",
        "date": epoch(row["issued_at"]),
        "due_date": epoch(row["due_at"]),
        "net_term_days": (row["due_at"] - row["issued_at"]).days,
        "currency_code": row["currency"],
        "sub_total": cents(row["subtotal"]),
        "tax": cents(row["tax_amount"]),
        "total": cents(row["total"]),
        "amount_paid": cents(row["amount_paid"]),
        "amount_due": 0 if is_void else cents(row["total"] - row["amount_paid"]),
        "line_items": list(lines),
    }
    if row["discount_amount"]:
        parts = {"entity_type": "document_level_coupon", "amount": cents(row["discount_amount"]), "object": "discount"}
        record["discounts"] = [parts]
    if row["paid_at"]:
        record["paid_at"] = epoch(row["paid_at"])
    return stamped(record, "invoice", changed)


def transaction(row: Record, bill: Record, kind: str, at: datetime) -> Record:
    """A transaction: a payment of an invoice, or a refund of one from a row of `refunds` and its payment."""
    is_paid = kind == "payment"
    applied = {"invoice_id": invoice_id(bill), "applied_amount": cents(row["amount"]), "applied_at": epoch(at)}
    record: Record = {
        "id": transaction_id(row["payment_no"]) if is_paid else f"txn_re_{row['refund_no']:06d}",
        "customer_id": customer_id(bill),
        "subscription_id": subscription_id(bill["sub_no"]),
        "type": kind,
        "date": epoch(at),
        "amount": cents(row["amount"]),
        "currency_code": row["currency"],
        "status": "success" if not is_paid or row["status"] == "succeeded" else "failure",
        "payment_method": METHODS.get(row["method"], row["method"]) if is_paid else "card",
        "linked_invoices": [applied] if is_paid else [],
        "amount_unused": 0,
    }
    if record["status"] == "failure":
        record |= {"error_code": "card_declined", "error_text": "The card was declined."}
    if not is_paid:
        record |= {"refunded_txn_id": transaction_id(row["payment_no"])}
    return stamped(record, "transaction", at)


def credit_note(row: Record, bill: Record) -> Record:
    """A credit note from a row of `credit_notes`."""
    record: Record = {
        "id": row["number"],
        "customer_id": customer_id(row),
        "subscription_id": subscription_id(bill["sub_no"]),
        "reference_invoice_id": invoice_id(bill),
        "type": "adjustment",
        "reason_code": "other",
        "create_reason_code": row["reason"],
        "status": "adjusted",
        "date": epoch(row["issued_at"]),
        "currency_code": row["currency"],
        "total": cents(row["amount"]),
    }
    return stamped(record, "credit_note", row["issued_at"])
