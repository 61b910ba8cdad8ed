"""What the tests of matching share: small staged companies and people, cleaned and matched with the shipped models."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl

from models.demo.world import make_world
from models.identity.company_plan import PLAN as COMPANY
from models.identity.comparing import compare
from models.identity.contact_plan import PLAN as CONTACT
from models.identity.matching import Plan
from models.identity.training import stored, stored_models
from models.identity.weighing import Tables, weigh
from models.policy.loading import load_policies
from pipelines.warehouse import transaction
from tests.models import databases
from tests.models.noisy_records import Staged, noisy
from tests.models.noisy_records import cleaned as cleaned

POLICY = load_policies()["identity"].row(0, named=True)
MODELS = stored_models()
MODEL = {"company": stored("company", COMPANY, MODELS), "contact": stored("contact", CONTACT, MODELS)}
PLANS = {"company": COMPANY, "contact": CONTACT}


def noisy_records() -> dict[str, pl.DataFrame]:
    """The record tables of a noisy world, each contact at the companies its source says."""
    return cleaned(noisy(make_world(seed=5, companies=120, months=6), seed=5))


def company(staged: Staged, key: str, domain: str | None = None, **fields: Any) -> None:
    """One company record; `key` is source:id."""
    source, number = key.split(":")
    staged.add("company", source, source_record_id=number, **fields)
    if domain:
        staged.add("company_domain", source, company_id=number, domain=domain, source_record_id=f"{number}:{domain}")


def person(
    staged: Staged, key: str, address: str | None = None, phone: str | None = None, at: str | None = None, **fields: Any
) -> None:
    """One person record, `at` a company id."""
    source, number = key.split(":")
    staged.add("contact", source, source_record_id=number, **fields)
    if address:
        staged.add("contact_email", source, contact_id=number, address=address, source_record_id=number)
    if phone:
        staged.add("contact_phone", source, contact_id=number, phone=phone, source_record_id=number)
    if at:
        staged.add("job_role", source, contact_id=number, company_id=at, source_record_id=number)


def probability(kind: str, staged: Staged) -> float:
    """How probable it is that the two records of a kind are one; 0 when nobody would be asked."""
    pairs = matched(kind, cleaned(staged)[kind])
    assert pairs.height <= 1
    return float(pairs["probability"][0]) if pairs.height else 0.0


def matched(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    memory = compared(PLANS[kind], rows, None, POLICY["block_cap"])
    return weighed(PLANS[kind], MODEL[kind], rows, memory, POLICY["ask_at"])


def compared(plan: Plan, rows: pl.DataFrame, memory: pl.DataFrame | None, cap: int) -> pl.DataFrame:
    """The table of `compare` for these records, starting from `memory`; sorted."""
    with warehouse({"record": rows, "comparison": memory}) as con:
        with transaction(con):
            compare(con, plan, TABLES.records, TABLES.comparison, cap)
        return rows_of(con, f"from {TABLES.comparison} order by left_print, right_print")


def weighed(
    plan: Plan,
    model: Mapping[str, Any],
    rows: pl.DataFrame,
    memory: pl.DataFrame,
    ask_at: Decimal,
    before: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The table of `weigh` for these records and their comparison, starting from `before`; sorted."""
    with warehouse({"record": rows, "comparison": memory, "pair": before}) as con:
        with transaction(con):
            weigh(con, plan, model, TABLES, ask_at)
        return rows_of(con, f"from {TABLES.pairs} order by left_key, right_key")


def rows_of(con: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    found: pl.DataFrame = con.sql(query).pl()
    return found


TABLES = Tables("identity.record", "identity.comparison", "identity.pair")


def warehouse(tables: Mapping[str, pl.DataFrame | None]) -> duckdb.DuckDBPyConnection:
    """A database in memory that holds the frames, where there are such, in schema identity."""
    con = databases.fresh(in_order=False)
    con.execute("create schema identity").fetchall()
    for name, frame in tables.items():
        if frame is not None:
            con.register("arriving", frame)
            con.execute(f"create table identity.{name} as select * from arriving").fetchall()
            con.unregister("arriving")
    return con
