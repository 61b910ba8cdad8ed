"""Few-worded rows for tests of identity: staging frames, and the way from them over records and decisions to links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

import duckdb
import polars as pl

from models.identity import (
    company_decision,
    company_link,
    company_record,
    contact_decision,
    contact_link,
    contact_record,
    team_member_decision,
    team_member_link,
)
from tests.models import databases

TRUST = ["crm", "billing", "desk", "mail"]
LOADED_AT = datetime(2026, 7, 1)
Rows = list[tuple[str | None, ...]]
Frames = dict[str, pl.DataFrame]
STEPS = {
    "company": (company_record, company_decision, company_link),
    "contact": (contact_record, contact_decision, contact_link),
    "team_member": (team_member_decision, team_member_link),
}
TEXTS = {
    "company": "external_id name legal_name phone country address postal_code city parent_company_id",
    "company_domain": "domain",
    "contact": "external_id name first_name last_name country",
    "contact_email": "contact_id address",
    "contact_phone": "contact_id phone",
    "job_role": "contact_id company_id job_title",
    "team_member": "external_id email",
}
PAIR = {"left_key": pl.String, "right_key": pl.String, "weight": pl.Float64, "probability": pl.Float64}
FOUNDER = {"object": pl.String, "source_key": pl.String, "founded_at": pl.Datetime("us"), "place": pl.Int64}
DECISION = {
    **dict.fromkeys(["id", "object", "verdict", "left", "right", "by"], pl.String),
    "decided_at": pl.Datetime("us"),
    "reason": pl.String,
    "undone_at": pl.Datetime("us"),
    "undone_by": pl.String,
    "place": pl.Int64,
}


def frame(columns: str, rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns.split(), pl.String), orient="row")


def staged(name: str, columns: str, rows: Rows) -> pl.DataFrame:
    """Staging rows of an object from a few columns; what identity reads besides is empty."""
    found = frame(columns, rows)
    texts = ["source_system", "source_record_id", *TEXTS[name].split()]
    found = found.with_columns(pl.lit(None, pl.String).alias(text) for text in texts if text not in found.columns)
    day = pl.lit(None, pl.Datetime("us"))
    return found.with_columns(
        created_at=day, ended_on=day.cast(pl.Date), loaded_at=pl.lit(LOADED_AT).cast(pl.Datetime("us"))
    )


def policies(merge_at: str = "0.99", cluster_cap: int = 50, ask_at: str = "0.5", **lists: list[str]) -> Frames:
    """The policy tables identity reads; `free_mail_domains=[...]` and so on. With `ask_at` 1 there is no model."""
    known = {
        "free_mail_domains": ["webpost.example"],
        "shared_domains": ["agency.example"],
        "role_local_parts": ["info", "billing"],
        "own_domains": ["lumenly.example"],
        "automatic_prefixes": ["noreply"],
    } | lists
    frames = {
        f"policy.email_{name}": pl.DataFrame({"value": values}, schema={"value": pl.String})
        for name, values in known.items()
    }
    ranks = pl.DataFrame({"source": TRUST, "trust": list(range(len(TRUST)))}, schema_overrides={"trust": pl.Int64})
    limits = {"ask_at": [Decimal(ask_at)], "cluster_cap": [cluster_cap]}
    limits |= {f"merge_{kind}_at": [Decimal(merge_at)] for kind in ("company", "contact")}
    return frames | {"policy.source_rank": ranks, "policy.identity": pl.DataFrame(limits)}


def decided(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """`policy.match_decision` of companies from (verdict, left, right), one decided a day after the other."""
    listed = [
        (str(n), "company", verdict, left, right, "ada", datetime(2026, 6, n + 1), "as told", None, None, n)
        for n, (verdict, left, right) in enumerate(rows)
    ]
    return pl.DataFrame(listed, schema=DECISION, orient="row")


def scored(rows: Mapping[tuple[str, str], float], by_people: Collection[tuple[str, str]] = ()) -> pl.DataFrame:
    """A pair table from (left, right) -> weight; the probability follows from it as Splink's does.

    What speaks for a pair is the name, for those of `by_people` the people as well.
    """
    listed = [(*sorted(pair), weight, 2**weight / (1 + 2**weight)) for pair, weight in rows.items()]
    evidence = pl.Series(["name, people" if row[:2] in by_people else "name" for row in listed], dtype=pl.String)
    known = '[{"field":"prior","weight":-9.0},{"field":"name","weight":20.0},{"field":"city","weight":-1.0}'
    ends = [',{"field":"people","weight":5.0}]' if row[:2] in by_people else "]" for row in listed]
    reasons = pl.Series([known + end for end in ends], dtype=pl.String)
    return pl.DataFrame(listed, schema=PAIR, orient="row").with_columns(evidence=evidence, reasons=reasons)


def no_founders() -> pl.DataFrame:
    return pl.DataFrame(schema=FOUNDER)


def company_frames(rows: Rows, domains: Rows | None = None, **settings: list[str]) -> Frames:
    """`(source, id, external id[, parent id])` and `(source, id, domain)` rows."""
    padded: Rows = [(*row, *[None] * (4 - len(row))) for row in rows]
    return policies(**settings) | {
        "staging.company": staged("company", "source_system source_record_id external_id parent_company_id", padded),
        "staging.company_domain": staged("company_domain", "source_system company_id domain", domains or []),
        "staging.contact_email": staged("contact_email", "source_system contact_id address", []),
        "staging.job_role": staged("job_role", "source_system contact_id company_id", []),
        "staging.team_member": staged("team_member", "email", []),
    }


def contact_frames(
    rows: Rows,
    emails: Rows,
    members: list[str] | None = None,
    phones: Rows | None = None,
    switchboard: str | None = None,
    **settings: list[str],
) -> Frames:
    """`(source, id, external id, name)`, `(source, id, address)` and `(source, id, phone)` rows, the addresses of team
    members, and the telephone of some company."""
    return policies(**settings) | {
        "staging.contact": staged("contact", "source_system source_record_id external_id name", rows),
        "staging.contact_email": staged("contact_email", "source_system contact_id address", emails),
        "staging.contact_phone": staged("contact_phone", "source_system contact_id phone", phones or []),
        "staging.job_role": staged("job_role", "source_system contact_id company_id", []),
        "staging.team_member": staged("team_member", "email", [(member,) for member in members or []]),
        "identity.company_record": frame("source_key phone", [("crm:c", switchboard)]).with_columns(
            domains=pl.lit(None, pl.List(pl.String))
        ),
        "identity.company_link": frame("source_key company_id", []),
    }


def linked(name: str, frames: Mapping[str, pl.DataFrame]) -> Frames:
    """Records, decisions and links of an object, made from staging frames; what is given besides is taken."""
    given = {
        f"identity.{name}_pair": scored({}),
        "policy.match_decision": decided(),
        "ledger.founder": no_founders(),
        **frames,
    }
    with warehouse(given) as con:
        for step in STEPS[name]:
            step.renew(con)
        made = {step.__name__.split(".")[-1] for step in STEPS[name]}
        return given | {f"identity.{table}": told(con, f"identity.{table}") for table in made}


def warehouse(frames: Mapping[str, pl.DataFrame]) -> duckdb.DuckDBPyConnection:
    """A database in memory that holds the frames as tables."""
    con = databases.fresh()
    con.execute("create schema identity").fetchall()
    for table, rows in frames.items():
        store(con, table, rows)
    return con


def store(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Make a table of a database what the frame says."""
    con.execute(f"create schema if not exists {table.split('.')[0]}").fetchall()
    con.register("given", rows)
    con.execute(f"create or replace table {table} as from given").fetchall()
    con.unregister("given")


def told(con: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    """All of a table in the order of its columns."""
    rows: pl.DataFrame = con.sql(f"from {table} order by all").pl()
    return rows


def golden(name: str, made: Mapping[str, pl.DataFrame]) -> dict[str, str | None]:
    """Golden id by source key."""
    links = made[f"identity.{name}_link"]
    return dict(zip(links["source_key"], links[f"{name}_id"], strict=True))
