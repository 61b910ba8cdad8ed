"""The demo world's agreements, bills and payments as rows of objects, as a perfect source gives them. No test here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from models.demo.frames import World

MONEY = ("currency", "subtotal", "discount_amount", "tax_amount", "total", "amount_paid")


def books(world: World) -> dict[str, pl.DataFrame]:
    """Tables for a bench; ids are the world's numbers."""
    products = world["prices"].select("price_no", product_id=pl.col("product_no").cast(pl.String))
    paid_for = world["payments"].select("payment_no", "invoice_no", "company_no")
    refunds = (
        world["refunds"]
        .join(paid_for, on="payment_no")
        .with_columns((-pl.col("amount")).alias("amount"), status=pl.lit("succeeded"))
    )
    text = pl.String
    tables: dict[str, pl.DataFrame] = {
        "sourced.subscription": world["subscriptions"].select(
            "currency",
            "status",
            "trial_ends_at",
            "cancel_at",
            "canceled_at",
            "paused_at",
            starts_at="started_at",
            ends_at="ended_at",
            subscription_id=pl.col("sub_no").cast(text),
            company_id=pl.col("company_no").cast(text),
            opportunity_id=pl.col("deal_no").cast(text),
        ),
        "sourced.subscription_version": world["subscription_versions"]
        .join(products, on="price_no")
        .select(
            "product_id",
            "valid_from",
            "valid_to",
            "status",
            "quantity",
            "unit_amount",
            "currency",
            "billing_interval",
            "interval_count",
            "is_metered",
            item=pl.col("item_no").cast(text),
            subscription_id=pl.col("sub_no").cast(text),
        ),
        "objects.subscription_discount": world["subscription_discounts"].select(
            "percent_off",
            "amount_off",
            "currency",
            "duration",
            "starts_at",
            "ends_at",
            subscription_id=pl.col("sub_no").cast(text),
        ),
        "sourced.opportunity": world["deals"].select(
            "title",
            "opportunity_type",
            "stage",
            "status",
            "amount",
            "mrr",
            "one_time_amount",
            "currency",
            "closed_at",
            "contract_length_months",
            opportunity_id=pl.col("deal_no").cast(text),
            company_id=pl.col("company_no").cast(text),
        ),
        "sourced.contract": world["contracts"].select(
            "name",
            "signed_on",
            "starts_on",
            "ends_on",
            "contract_value",
            "currency",
            "length_months",
            "auto_renew",
            "billing_interval",
            contract_id=pl.col("contract_no").cast(text),
            company_id=pl.col("company_no").cast(text),
            opportunity_id=pl.col("deal_no").cast(text),
        ),
        "sourced.contract_payment_schedule": world["contract_payments"].select(
            "due_on", "amount", "currency", contract_id=pl.col("contract_no").cast(text)
        ),
        "sourced.invoice": world["invoices"].select(
            *MONEY,
            "number",
            "status",
            "paid_at",
            "period_start",
            "period_end",
            issued_on=pl.col("issued_at").dt.date(),
            due_on=pl.col("due_at").dt.date(),
            invoice_id=pl.col("invoice_no").cast(text),
            company_id=pl.col("company_no").cast(text),
            subscription_id=pl.col("sub_no").cast(text),
        ),
        "objects.invoice_line": _discounted(world).select(
            "quantity",
            "unit_amount",
            "amount",
            "period_start",
            "period_end",
            "is_proration",
            "revenue_type",
            "currency",
            "discount_amount",
            invoice_line_id=pl.format("{}.{}", "invoice_no", "line_no"),
            invoice_id=pl.col("invoice_no").cast(text),
            subscription_id=pl.col("sub_no").cast(text),
            product_id=pl.col("product_no").cast(text),
        ),
        "objects.credit_note": world["credit_notes"].select(
            "amount",
            "currency",
            "number",
            issued_on=pl.col("issued_at").dt.date(),
            company_id=pl.col("company_no").cast(text),
            invoice_id=pl.col("invoice_no").cast(text),
        ),
        "objects.payment": pl.concat(
            [
                world["payments"].select("invoice_no", "company_no", "paid_at", "amount", "currency", "status"),
                refunds.select("invoice_no", "company_no", "refunded_at", "amount", "currency", "status").rename(
                    {"refunded_at": "paid_at"}
                ),
            ]
        ).select(
            "paid_at",
            "amount",
            "currency",
            "status",
            invoice_id=pl.col("invoice_no").cast(text),
            company_id=pl.col("company_no").cast(text),
        ),
    }
    return {name: frame.with_columns(pl.all().cast(pl.String)) for name, frame in tables.items()}


def _discounted(world: World) -> pl.DataFrame:
    """The lines of bills; a bill's discount is on the largest line of its own period."""
    own = pl.col("revenue_type").eq("recurring") & ~pl.col("is_proration")
    size = pl.when(own).then(pl.col("amount"))
    lines = world["invoice_lines"].join(
        world["invoices"].select("invoice_no", "currency", "discount_amount"), on="invoice_no"
    )
    lines = lines.sort(size, "line_no", descending=[True, False], nulls_last=True, maintain_order=True)
    place = pl.int_range(pl.len()).over("invoice_no")
    return lines.with_columns(discount_amount=pl.when(own & (place == 0)).then(pl.col("discount_amount")).otherwise(0))


def told(frame: pl.DataFrame, company: Any) -> list[tuple[Any, ...]]:
    """The rows of a reconciliation as the world's truth tells them, in order."""
    columns = ("currency", "month", "comparison", "reason", "amount", "contracted", "billed", "collected")
    return sorted(frame.select(company, *columns).rows())
