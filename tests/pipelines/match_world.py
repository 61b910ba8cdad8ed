"""A home with a few companies and people that may be the same, its tables written by hand: seconds, not minutes."""

from __future__ import annotations

import shutil
from datetime import datetime

import polars as pl

from models.policy.loading import load_policies
from pipelines.home import Home
from pipelines.match import decisions
from pipelines.warehouse import connect
from tests.models.identity_rows import FOUNDER, Frames, Rows, company_frames, contact_frames, golden, linked, scored

COMPANIES: Rows = [
    ("hubspot", "1", None),
    ("hubspot", "2", None),
    ("hubspot", "3", None),
    ("stripe", "a", "hubspot:1"),
    ("stripe", "b", None),
    ("zendesk", "x", "stripe:a"),
    ("zendesk", "y", None),
]
NAMES = {
    "hubspot:1": "Brightfork",
    "hubspot:2": "Acme",
    "hubspot:3": "Acme",
    "stripe:b": "Acme Ltd",
    "zendesk:y": "Bright Fork",
}
DOMAINS: Rows = [("hubspot", "1", "brightfork.example"), ("hubspot", "2", "acme.example"), ("stripe", "b", "acme.test")]
SCORES = {
    ("hubspot:2", "stripe:b"): 14.0,
    ("hubspot:1", "zendesk:y"): 3.0,
    ("stripe:a", "zendesk:y"): 4.0,
    ("hubspot:3", "stripe:b"): 2.0,
}
PEOPLE: Rows = [("hubspot", "p1", None, "Ada Byron"), ("zendesk", "p2", None, "Ada Byron")]
EMAILS: Rows = [("hubspot", "p1", "ada@brightfork.example"), ("zendesk", "p2", "ada.b@webpost.example")]
SUBSCRIPTIONS = [("s1", "a", "100.50"), ("s2", "a", "0.25"), ("s3", "b", "40")]
"""Id in the billing, customer there, monthly revenue in dollars, of which one is half a euro."""


def make(home: Home) -> None:
    """Fill a home's warehouse and published file."""
    companies = linked("company", company_frames(COMPANIES, DOMAINS) | {"identity.company_pair": scored(SCORES)})
    contacts = linked("contact", contact_frames(PEOPLE, EMAILS))
    tables = contacts | companies | _objects(companies, contacts) | _revenue()
    tables["ledger.founder"] = _founders(companies)
    tables["policy.match_decision"] = decisions.frame([])
    tables["policy.revenue"] = load_policies()["revenue"]
    for kind in ("decision", "link"):
        tables[f"identity.team_member_{kind}"] = companies[f"identity.company_{kind}"].clear()
    member = tables["identity.team_member_link"].rename({"company_id": "team_member_id"})
    tables["identity.team_member_link"] = member
    for source in ("hubspot", "stripe", "zendesk"):
        rows = companies["staging.company"].filter(pl.col("source_system") == source)
        tables[f"staging_{source}.company"] = rows
    con = connect(home.warehouse)
    for name, frame in tables.items():
        if not name.startswith("staging."):
            con.register("given", frame)
            con.execute(f"create schema if not exists {name.split('.')[0]}").fetchall()
            con.execute(f"create table {name} as select * from given").fetchall()
            con.unregister("given")
    con.close()
    shutil.copy(home.warehouse, home.snapshot)


def _objects(companies: Frames, contacts: Frames) -> Frames:
    known = sorted({str(one) for one in golden("company", companies).values()})
    firms = pl.DataFrame({"company_id": known, "name": [NAMES[one] for one in known]})
    people = pl.DataFrame({"contact_id": ["hubspot:p1", "zendesk:p2"], "name": ["Ada Byron"] * 2})
    domains = companies["staging.company_domain"].select(
        company_id=pl.col("source_system") + ":" + pl.col("company_id"), domain="domain"
    )
    addresses = contacts["staging.contact_email"].select(
        contact_id=pl.col("source_system") + ":" + pl.col("contact_id"), address="address"
    )
    shown = firms.with_columns(legal_name=pl.lit(None, pl.String), arr=pl.lit(0), domains=pl.lit(None, pl.String))
    nobody = pl.DataFrame(schema={"team_member_id": pl.String, "name": pl.String, "email": pl.String})
    return {
        "objects.company": firms,
        "objects.contact": people,
        "objects.team_member": nobody,
        "objects.company_domain": domains,
        "objects.contact_email": addresses,
        "marts.company_360": shown,
        "marts.contact_360": people,
    }


def _revenue() -> Frames:
    ids, customers, amounts = zip(*SUBSCRIPTIONS, strict=True)
    items = pl.DataFrame({"subscription_id": [f"stripe:{one}" for one in ids], "net_mrr": amounts, "currency": "USD"})
    rows = {"source_system": ["stripe"] * len(ids), "source_record_id": ids, "company_id": customers}
    return {
        "staging_stripe.subscription": pl.DataFrame(rows),
        "intermediate.revenue_item_span": items.with_columns(
            pl.col("net_mrr").cast(pl.Decimal(38, 12)),
            policy_id=pl.lit("standard"),
            runs_from=pl.lit(datetime(2026, 6, 20)),
            runs_to=pl.lit(datetime(2026, 7, 1)),
        ),
        "intermediate.present_rate": pl.DataFrame({"currency": ["USD"], "rate": ["0.5"]}).with_columns(
            pl.col("rate").cast(pl.Decimal(18, 12))
        ),
        "intermediate.month": pl.DataFrame(
            {"policy_id": ["standard"] * 2, "valued_at": [datetime(2026, 5, 31), datetime(2026, 6, 30)]}
        ),
    }


def _founders(companies: Frames) -> pl.DataFrame:
    known = sorted({str(one) for one in golden("company", companies).values()})
    rows = [("company", one, datetime(2026, 7, 1), place) for place, one in enumerate(known)]
    return pl.DataFrame(rows, schema=FOUNDER, orient="row")
