"""Every peculiarity that the demo promises is there at its default size."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl
import pytest

from models.demo.frames import World
from models.demo.world import AS_OF, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def versions(world: World, **wanted: object) -> int:
    return world["subscription_versions"].filter(*[pl.col(name) == value for name, value in wanted.items()]).height


def changes(world: World) -> pl.DataFrame:
    """Each version beside the next of its item."""
    rows = world["subscription_versions"].sort("item_no", "valid_from")
    return rows.with_columns(
        pl.col("quantity", "price_no", "billing_interval", "unit_amount", "valid_from")
        .shift(-1)
        .over("item_no")
        .name.prefix("next_")
    ).filter(pl.col("next_valid_from") == pl.col("valid_to"))


def counted(frame: pl.DataFrame, *tests: pl.Expr) -> int:
    return frame.filter(*tests).height


def discounts(world: World, kind: str, duration: str) -> int:
    return counted(world["subscription_discounts"], pl.col(kind).is_not_null(), pl.col("duration") == duration)


def subs(world: World, *tests: pl.Expr) -> int:
    return counted(world["subscriptions"], *tests)


def repeated(frame: pl.DataFrame, *keys: str | pl.Expr) -> int:
    return counted(frame.group_by(*keys).len(), pl.col("len") > 1)


def restarts(world: World) -> int:
    """Customers who paid nothing at some month's end and something at a later one."""
    months = world["truth_mrr"].select("company_no", "month").unique().sort("company_no", "month")
    gap = pl.col("month").shift(-1).over("company_no") > pl.col("month").dt.offset_by("1mo")
    return counted(months, gap)


def is_set(column: str) -> pl.Expr:
    return pl.col(column).is_not_null()


def answered_across(world: World, *nights: str) -> int:
    """Tickets opened before and answered after one of the instants."""
    times = world["tickets"].join(world["truth_ticket_times"], on="ticket_no").drop_nulls("first_reply_minutes")
    replied_at = pl.col("opened_at") + pl.duration(minutes="first_reply_minutes")
    return sum(
        counted(times, pl.col("opened_at") < night, replied_at > night) for night in map(datetime.fromisoformat, nights)
    )


def last_second(moment: pl.Expr) -> pl.Expr:
    return (moment + timedelta(seconds=1)).dt.month() != moment.dt.month()


def first_instant(moment: pl.Expr) -> pl.Expr:
    return moment == moment.dt.truncate("1mo")


QUIRKS: dict[str, Callable[[World], int]] = {
    "subsidiary": lambda w: w["companies"]["parent_no"].count(),
    "subsidiary of a subsidiary": lambda w: counted(
        w["companies"].join(w["companies"], left_on="parent_no", right_on="company_no"),
        is_set("parent_no_right"),
    ),
    "twin names": lambda w: counted(w["companies"], pl.col("name").str.starts_with("Northwind Lab")) - 1,
    "company without domain": lambda w: w["companies"]["domain"].null_count(),
    "second domain": lambda w: w["companies"]["second_domain"].count(),
    "lead": lambda w: counted(w["companies"], pl.col("lifecycle_phase") == "lead"),
    "former customer": lambda w: counted(w["companies"], pl.col("lifecycle_phase") == "former customer"),
    "customer outside billing": lambda w: counted(
        w["companies"], ~pl.col("in_billing"), pl.col("lifecycle_phase") == "customer"
    ),
    "customer unknown to the CRM": lambda w: counted(w["companies"], ~pl.col("in_crm"), pl.col("in_billing")),
    "free-mail contact": lambda w: w["contacts"]["is_free_mail"].sum(),
    "role address": lambda w: w["contacts"]["is_role_address"].sum(),
    "shared telephone": lambda w: w["contacts"]["phone"].drop_nulls().is_duplicated().sum(),
    "address in capitals": lambda w: counted(w["contacts"], pl.col("email").str.to_uppercase() == pl.col("email")),
    "name beyond ASCII": lambda w: counted(w["contacts"], pl.col("last_name").str.contains("ł|ø|ü|ñ|李")),
    "name with apostrophe": lambda w: counted(w["contacts"], pl.col("last_name").str.contains("'")),
    "contact known to mail alone": lambda w: counted(
        w["contacts"], ~pl.col("in_crm"), ~pl.col("in_helpdesk"), pl.col("in_mail")
    ),
    "trial converted": lambda w: subs(w, is_set("trial_ends_at"), pl.col("status") == "active"),
    "trial lapsed": lambda w: subs(w, pl.col("trial_ends_at") == pl.col("ended_at")),
    "trial running": lambda w: subs(w, pl.col("status") == "trialing"),
    "quantity change": lambda w: counted(changes(w), pl.col("quantity") != pl.col("next_quantity")),
    "month to twelve-fold year": lambda w: counted(
        changes(w), pl.col("billing_interval") == "month", pl.col("next_unit_amount") == pl.col("unit_amount") * 12
    ),
    "upgrade": lambda w: counted(
        changes(w),
        pl.col("next_unit_amount") > pl.col("unit_amount"),
        pl.col("next_billing_interval") == pl.col("billing_interval"),
    ),
    "downgrade": lambda w: counted(changes(w), pl.col("next_unit_amount") < pl.col("unit_amount")),
    "two items": lambda w: repeated(w["subscription_versions"].filter(~pl.col("is_metered")), "sub_no", "valid_from"),
    "quarter": lambda w: versions(w, billing_interval="month", interval_count=3),
    "two years": lambda w: versions(w, billing_interval="year", interval_count=2),
    "percent forever": lambda w: discounts(w, "percent_off", "forever"),
    "percent for three months": lambda w: discounts(w, "percent_off", "repeating"),
    "amount once": lambda w: discounts(w, "amount_off", "once"),
    "amount forever": lambda w: discounts(w, "amount_off", "forever"),
    "two discounts at once": lambda w: repeated(w["subscription_discounts"], "sub_no", "starts_at"),
    "pause": lambda w: versions(w, status="paused"),
    "paused now": lambda w: subs(w, pl.col("status") == "paused", is_set("paused_at")),
    "past due": lambda w: versions(w, status="past_due"),
    "unpaid": lambda w: versions(w, status="unpaid"),
    "left at the end of the period": lambda w: subs(
        w,
        pl.col("canceled_at") < pl.col("ended_at"),
        pl.col("cancel_at") == pl.col("ended_at"),
        pl.col("trial_ends_at").is_null(),
    ),
    "left at once": lambda w: subs(
        w, pl.col("canceled_at") == pl.col("ended_at"), ~pl.col("cancel_reason").is_in(["replaced", "payment_failed"])
    ),
    "leaving later": lambda w: subs(w, pl.col("cancel_at") > AS_OF, pl.col("status") != "canceled"),
    "ends in the last instant": lambda w: subs(w, pl.col("ended_at") == AS_OF),
    "payment failed for good": lambda w: subs(w, pl.col("cancel_reason") == "payment_failed"),
    "never completed": lambda w: subs(w, pl.col("status") == "incomplete_expired"),
    "returned": restarts,
    "replaced": lambda w: counted(
        w["subscriptions"].join(w["subscriptions"], left_on="replaced_by_sub_no", right_on="sub_no"),
        pl.col("ended_at") == pl.col("started_at_right"),
    ),
    "currency changed": lambda w: counted(
        w["truth_mrr"].group_by("company_no").agg(pl.col("currency").n_unique()), pl.col("currency") > 1
    ),
    "metered": lambda w: versions(w, is_metered=True),
    "one-time sale": lambda w: len(w["sales"]),
    "subscription without deal": lambda w: w["subscriptions"]["deal_no"].null_count(),
    "two subscriptions at a time": lambda w: repeated(
        w["subscriptions"].filter(pl.col("status") == "active"), "company_no"
    ),
    "joined and left inside a month": lambda w: subs(
        w,
        pl.col("status") == "canceled",
        pl.col("started_at").dt.truncate("1mo") == pl.col("ended_at").dt.truncate("1mo"),
    ),
    "change in the first instant of a month": lambda w: counted(changes(w), first_instant(pl.col("valid_to"))),
    "change in the last second of a month": lambda w: counted(changes(w), last_second(pl.col("valid_to"))),
    "dropped item": lambda w: counted(
        w["subscription_versions"]
        .group_by("sub_no", "item_no")
        .agg(pl.col("valid_to").max(), pl.col("valid_to").null_count().alias("open"))
        .join(w["subscriptions"], on="sub_no"),
        pl.col("open") == 0,
        pl.col("ended_at").is_null(),
    ),
    "invoice overdue": lambda w: counted(w["invoices"], pl.col("status") == "open", pl.col("due_at") < AS_OF),
    "invoice not yet due": lambda w: counted(w["invoices"], pl.col("status") == "open", pl.col("due_at") >= AS_OF),
    "invoice void": lambda w: counted(w["invoices"], pl.col("status") == "void"),
    "invoice draft": lambda w: counted(w["invoices"], pl.col("status") == "draft"),
    "invoice given up": lambda w: counted(w["invoices"], pl.col("status") == "uncollectible"),
    "invoice paid in part": lambda w: counted(w["invoices"], pl.col("status") == "open", pl.col("amount_paid") > 0),
    "invoice taxed": lambda w: counted(w["invoices"], pl.col("tax_amount") > 0),
    "proration": lambda w: counted(w["invoice_lines"], pl.col("is_proration")),
    "usage line": lambda w: counted(w["invoice_lines"], pl.col("revenue_type") == "usage"),
    "payment failed": lambda w: counted(w["payments"], pl.col("status") == "failed"),
    "refund": lambda w: len(w["refunds"]),
    "credit note": lambda w: len(w["credit_notes"]),
    "ticket never answered": lambda w: w["truth_ticket_times"]["first_reply_minutes"].null_count(),
    "ticket reopened": lambda w: counted(w["truth_ticket_times"], pl.col("reopen_count") > 0),
    "ticket without company": lambda w: w["tickets"]["company_no"].null_count(),
    "internal note": lambda w: counted(w["ticket_comments"], ~pl.col("is_public")),
    "internal note before the first reply": lambda w: counted(
        w["ticket_comments"]
        .filter(pl.col("author_member_no").is_not_null())
        .group_by("ticket_no", maintain_order=True)
        .agg(pl.first("is_public")),
        ~pl.col("is_public"),
    ),
    "ticket across a change of clocks": lambda w: answered_across(
        w, "2024-03-31", "2024-10-27", "2025-03-30", "2025-10-26"
    ),
    "ticket across Easter": lambda w: answered_across(w, "2024-04-01", "2025-04-21", "2026-04-06"),
    "bad rating": lambda w: counted(w["tickets"], pl.col("csat") == "bad"),
    "ticket on hold": lambda w: counted(w["ticket_events"], pl.col("new_value") == "hold"),
    "bounce": lambda w: w["mails"]["is_bounce"].sum(),
    "automatic reply": lambda w: counted(
        w["mails"], pl.col("is_automatic"), is_set("from_contact_no"), ~pl.col("is_bounce")
    ),
    "newsletter": lambda w: counted(w["mails"], pl.col("is_automatic"), is_set("from_member_no")),
    "mail in copy": lambda w: counted(w["mail_recipients"], pl.col("kind") == "cc"),
    "two answers in a month": lambda w: repeated(
        w["nps_responses"], "contact_no", pl.col("answered_at").dt.truncate("1mo").alias("m")
    ),
    "two answers in a quarter": lambda w: repeated(
        w["nps_responses"], "contact_no", pl.col("answered_at").dt.truncate("1q").alias("q")
    ),
    "answer in the last second of a month": lambda w: counted(w["nps_responses"], last_second(pl.col("answered_at"))),
    "answer in the first instant of a month": lambda w: counted(
        w["nps_responses"], first_instant(pl.col("answered_at"))
    ),
    "stage left out": lambda w: counted(
        w["deals"].join(w["deal_stages"].group_by("deal_no").len(), on="deal_no"),
        pl.col("status") == "won",
        pl.col("len") < 6,
    ),
    "open deal past its date": lambda w: counted(
        w["deals"], pl.col("status") == "open", pl.col("expected_close_on") < AS_OF.date()
    ),
} | {
    f"deal {kind}": lambda w, kind=kind: counted(w["deals"], pl.col("opportunity_type") == kind)
    for kind in ("new_business", "renewal", "upsell", "cross_sell", "downsell")
}


@pytest.mark.parametrize("quirk", QUIRKS)
def test_every_quirk_is_there(world: World, quirk: str) -> None:
    assert QUIRKS[quirk](world) > 0
