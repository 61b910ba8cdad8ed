"""Stripe's objects as its API writes them, made from rows of the demo's world; where they are written stands in `demo`.

The shapes are those of API versions since 2025: an invoice names its subscription in `parent` and its payments in
`payments`, a line its price in `pricing`, a discount its coupon in `source`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Record = dict[str, Any]

METHODS = {"bank_transfer": "customer_balance"}
FEEDBACK = (
    *("customer_service", "low_quality", "missing_features", "other"),
    *("switched_service", "too_complex", "too_expensive", "unused"),
)
"""What a customer can choose as the reason for leaving."""
CRM_COMPANY, CRM_DEAL = 10_000_000_000, 30_000_000_000


def epoch(moment: datetime | None) -> int | None:
    """Seconds since 1970 of a naive UTC instant."""
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp())


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


def listed(data: Sequence[Record], url: str) -> Record:
    """A list as it stands inside an object."""
    return {"object": "list", "data": list(data), "has_more": False, "url": url}


def customer_id(row: Record) -> str:
    """Id of the customer a row belongs to."""
    return f"cus_{row['company_no']:06d}"


def subscription_id(sub_no: int) -> str:
    """Id of a subscription."""
    return f"sub_{sub_no:06d}"


def customer(row: Record, name: str, email: str | None, phone: str | None, is_linked: bool) -> Record:
    """A customer from a row of `companies`; `is_linked` when it names the CRM's record."""
    address = {"city": row["city"], "country": row["country"], "line1": None, "line2": None, "postal_code": None}
    return {
        "id": customer_id(row),
        "object": "customer",
        "address": address | {"state": None},
        "created": epoch(row["created_at"]),
        "currency": row["currency"].lower(),
        "description": None,
        "email": email,
        "livemode": True,
        "metadata": {"hubspot_company_id": str(CRM_COMPANY + row["company_no"])} if is_linked else {},
        "name": name,
        "phone": phone,
    }


def product(row: Record, created: datetime) -> Record:
    """A product from a row of `products`."""
    return {
        "id": f"prod_{row['product_no']:04d}",
        "object": "product",
        "active": True,
        "created": epoch(created),
        "description": None,
        "livemode": True,
        "metadata": {"sku": row["sku"], "category": row["category"]},
        "name": row["name"],
        "updated": epoch(created),
    }


def price(row: Record, created: datetime, is_metered: bool) -> Record:
    """A price from a row of `prices`."""
    minor = row["unit_amount"] * 100
    recurring = row["billing_interval"] and {
        "interval": row["billing_interval"],
        "interval_count": row["interval_count"],
        "meter": "mtr_0001" if is_metered else None,
        "trial_period_days": None,
        "usage_type": "metered" if is_metered else "licensed",
    }
    return {
        "id": f"price_{row['price_no']:04d}",
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": epoch(created),
        "currency": row["currency"].lower(),
        "livemode": True,
        "metadata": {},
        "product": f"prod_{row['product_no']:04d}",
        "recurring": recurring,
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": int(minor) if minor == int(minor) else None,
        "unit_amount_decimal": plain(minor),
    }


def coupon(row: Record, created: datetime) -> Record:
    """The coupon behind a row of `subscription_discounts`; rows on equal terms share one."""
    off, months = row["percent_off"], row["months"]
    terms = f"{plain(off)}-percent" if off is not None else f"{plain(row['amount_off'])}-{row['currency']}".lower()
    return {
        "id": f"{terms}-{f'{months}-months' if months else row['duration']}",
        "object": "coupon",
        "amount_off": None if row["amount_off"] is None else cents(row["amount_off"]),
        "created": epoch(created),
        "currency": row["currency"] and row["currency"].lower(),
        "duration": row["duration"],
        "duration_in_months": months,
        "name": terms.replace("-", " "),
        "percent_off": None if off is None else float(off),
    }


def discount(row: Record, coupon_id: str) -> Record:
    """A discount of a subscription; Stripe states an end only where the coupon repeats."""
    return {
        "id": f"di_{row['discount_no']:06d}",
        "object": "discount",
        "end": epoch(row["ends_at"]) if row["duration"] == "repeating" else None,
        "source": {"coupon": coupon_id, "type": "coupon"},
        "start": epoch(row["starts_at"]),
        "subscription": subscription_id(row["sub_no"]),
        "subscription_item": None,
    }


def item(row: Record, created: datetime, priced: Record, period: tuple[datetime, datetime]) -> Record:
    """A subscription item from a row of `subscription_versions`; a metered one has no quantity."""
    quantity = {} if row["is_metered"] else {"quantity": row["quantity"]}
    return {
        "id": f"si_{row['item_no']:06d}",
        "object": "subscription_item",
        "created": epoch(created),
        "current_period_end": epoch(period[1]),
        "current_period_start": epoch(period[0]),
        "discounts": [],
        "metadata": {},
        "price": priced,
        **quantity,
        "subscription": subscription_id(row["sub_no"]),
    }


def cancellation(row: Record, is_known: bool) -> Record:
    """Why a subscription ends, in Stripe's own words, once somebody has said so."""
    reason = row["cancel_reason"] if is_known else None
    return {
        "comment": row["cancel_comment"] if is_known else None,
        "feedback": reason if reason in FEEDBACK else None,
        "reason": reason and ("payment_failed" if reason == "payment_failed" else "cancellation_requested"),
    }


def line(row: Record, currency: str, discounted: int) -> Record:
    """An invoice line from a row of `invoice_lines`, `discounted` hundredths of which are taken off."""
    no = f"{row['invoice_no']:07d}"
    kind = "subscription_item_details" if row["sub_no"] else "invoice_item_details"
    owner = {"subscription": subscription_id(row["sub_no"])} if row["sub_no"] else {"subscription": None}
    return {
        "id": f"il_{no}_{row['line_no']:02d}",
        "object": "line_item",
        "amount": cents(row["amount"]),
        "currency": currency,
        "description": row["description"],
        "discount_amounts": [{"amount": discounted, "discount": None}] if discounted else [],
        "invoice": f"in_{no}",
        "metadata": {},
        "parent": {"type": kind, kind: owner | {"proration": row["is_proration"]}},
        "period": {"end": epoch(row["period_end"]), "start": epoch(row["period_start"])},
        "pricing": {
            "price_details": {"price": f"price_{row['price_no']:04d}", "product": f"prod_{row['product_no']:04d}"},
            "type": "price_details",
            "unit_amount_decimal": plain(row["unit_amount"] * 100),
        },
        "quantity": row["quantity"],
        "taxes": [],
    }


def invoice(row: Record, lines: Sequence[Record], has_payments: bool) -> Record:
    """An invoice from a row of `invoices` with its lines (as `line` gives them); all tries to pay it are one intent."""
    name, currency = f"in_{row['invoice_no']:07d}", row["currency"].lower()
    due, paid = cents(row["total"]), cents(row["amount_paid"])
    details = {"subscription": subscription_id(row["sub_no"]), "metadata": {}} if row["sub_no"] else None
    intent = {"object": "invoice_payment", "payment": {"payment_intent": f"pi_{row['invoice_no']:07d}"}}
    tax = {"amount": cents(row["tax_amount"]), "tax_behavior": "exclusive", "type": "tax_rate_details"}
    return {
        "id": name,
        "object": "invoice",
        "amount_due": due,
        "amount_paid": paid,
        "amount_remaining": due - paid,
        "billing_reason": "subscription_cycle" if row["sub_no"] else "manual",
        "collection_method": "send_invoice",
        "created": epoch(row["issued_at"]),
        "currency": currency,
        "customer": customer_id(row),
        "due_date": epoch(row["due_at"]),
        "effective_at": None if row["status"] == "draft" else epoch(row["issued_at"]),
        "lines": listed(lines, f"/v1/invoices/{name}/lines"),
        "livemode": True,
        "metadata": {},
        "number": row["number"],
        "parent": details and {"type": "subscription_details", "subscription_details": details},
        "payments": listed([intent] if has_payments else [], "/v1/invoice_payments"),
        "period_end": epoch(row["period_end"]),
        "period_start": epoch(row["period_start"]),
        "status": row["status"],
        "status_transitions": {
            "finalized_at": None if row["status"] == "draft" else epoch(row["issued_at"]),
            "paid_at": epoch(row["paid_at"]),
        },
        "subtotal": cents(row["subtotal"]),
        "total": due,
        "total_discount_amounts": [{"amount": cents(row["discount_amount"])}] if row["discount_amount"] else [],
        "total_taxes": [tax] if row["tax_amount"] else [],
    }


def charge(row: Record, refunded: Decimal) -> Record:
    """A charge from a row of `payments`; since 2025 it names no invoice."""
    is_paid = row["status"] == "succeeded"
    return {
        "id": f"ch_{row['payment_no']:07d}",
        "object": "charge",
        "amount": cents(row["amount"]),
        "amount_refunded": cents(refunded),
        "captured": is_paid,
        "created": epoch(row["paid_at"]),
        "currency": row["currency"].lower(),
        "customer": customer_id(row),
        "failure_code": None if is_paid else "card_declined",
        "failure_message": None if is_paid else "Your card was declined.",
        "livemode": True,
        "metadata": {},
        "paid": is_paid,
        "payment_intent": f"pi_{row['invoice_no']:07d}",
        "payment_method_details": {"type": METHODS.get(row["method"], row["method"])},
        "refunded": refunded == row["amount"],
        "status": row["status"],
    }


def refund(row: Record) -> Record:
    """A refund from a row of `refunds`."""
    return {
        "id": f"re_{row['refund_no']:06d}",
        "object": "refund",
        "amount": cents(row["amount"]),
        "charge": f"ch_{row['payment_no']:07d}",
        "created": epoch(row["refunded_at"]),
        "currency": row["currency"].lower(),
        "reason": row["reason"],
        "status": "succeeded",
    }


def credit_note(row: Record) -> Record:
    """A credit note from a row of `credit_notes`."""
    return {
        "id": f"cn_{row['credit_note_no']:06d}",
        "object": "credit_note",
        "amount": cents(row["amount"]),
        "created": epoch(row["issued_at"]),
        "currency": row["currency"].lower(),
        "customer": customer_id(row),
        "effective_at": epoch(row["issued_at"]),
        "invoice": f"in_{row['invoice_no']:07d}",
        "livemode": True,
        "metadata": {},
        "number": row["number"],
        "reason": row["reason"],
        "status": "issued",
        "total": cents(row["amount"]),
    }
