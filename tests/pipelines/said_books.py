"""A warehouse with just what the memory of publications reads and is asked by, published again and again by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.rooms import catalogue, invariants
from pipelines.schemas import definition, schema_of
from pipelines.tables import publications, restated
from pipelines.warehouse import transaction
from tests.models import databases

Said = Mapping[tuple[str, date], int]
"""MRR by company and month."""
KEPT = ("subscription", "exchange_rate")
"""The objects of which rows may arrive."""
STEPS = ("restated_value", "late_sentence", "changed_decision", "restated_cause", "restated_far_cause")
_TABLES = """
create table meta.run (as_of timestamp, as_of_on date);
create table meta.delivery (
    arrival bigint, delivered_at timestamp, source varchar, resource varchar, file varchar, sha256 varchar,
    rows_stored bigint
);
create table meta.table_state (name varchar primary key, fingerprint varchar);
create table policy.revenue (policy_id varchar, reporting_currency varchar);
insert into policy.revenue values ('standard', 'EUR');
create table policy.match_decision (
    id varchar, object varchar, verdict varchar, "left" varchar, "right" varchar, "by" varchar, decided_at timestamp,
    reason varchar, undone_at timestamp, undone_by varchar
);
create table identity.company_link (source_key varchar, company_id varchar);
create table metrics.metric_value (
    metric varchar, grain varchar, period date, dimension varchar, member varchar, numerator decimal(38, 12),
    denominator decimal(38, 12), value double, unit varchar
);
create table marts.company_month (
    policy_id varchar, company_id varchar, month date, mrr decimal(38, 12), currency varchar
);
"""


class Books:
    """What was said, publication by publication; `kernel` stands for the version of the software."""

    def __init__(self, folder: Path) -> None:
        self.con = databases.fresh()
        self.published = folder / "rapport.duckdb"
        self.kernel = "1"
        self.further = "select 1"
        """A statement that says something else than MRR."""
        for room in ("meta", "policy", "identity", "metrics", "marts", "objects", "history", "intermediate"):
            self.con.execute(f"create schema {room}").fetchall()
        self.con.execute(_TABLES).fetchall()
        for name in ("objects.job_role", "history.change", *(f"objects.{name}" for name in KEPT)):
            self.con.execute(f"create table {name} ({_columns(name)})").fetchall()
        for table in catalogue().values():
            if table.kind == "staging" and table.object_name in KEPT:
                place = "source_system varchar, source_record_id varchar, _row_id varchar"
                self.con.execute(f"create schema if not exists {table.name.split('.')[0]}").fetchall()
                self.con.execute(f"create table {table.name} ({place})").fetchall()
        restated.build(self.con, catalogue()["intermediate.metric_input"], self.kernel)

    def deliver(self, at: datetime, file: str = "subscriptions.json", rows: int = 1) -> None:
        """A file of subscriptions arrived."""
        number = self.one("select count(*) + 1 from meta.delivery")
        row = [number, at, "stripe", "subscriptions", file, f"sha{number}", rows]
        self.con.execute("insert into meta.delivery values (?, ?, ?, ?, ?, ?, ?)", row).fetchall()

    def change(self, at: datetime, company: str, sentence: str) -> None:
        """A delivery told of a change at a subscription of a company."""
        self.con.execute(
            "insert into history.change (object, object_id, field, changed_at, company_id, loaded_at, source_key, "
            "file, line, sentence) "
            "values ('subscription', 's', 'status', ?, ?, ?, 'stripe:s', 'subscriptions.json', 7, ?)",
            [at, company, at, sentence],
        ).fetchall()

    def set_policy(self, name: str, text: str) -> None:
        """A policy table says this now."""
        self.con.execute("insert or replace into meta.table_state values (?, ?)", [f"policy.{name}", text]).fetchall()

    def build(self, day: date, said: Said) -> None:
        """Work out everything up to the restatements, as of a day, when the numbers are these."""
        publications.prepare(self.con, self.published)
        self.con.execute("delete from meta.run").fetchall()
        as_of = datetime.combine(day + timedelta(days=1), time())
        self.con.execute("insert into meta.run values (?, ?)", [as_of, day]).fetchall()
        self._say(said)
        with transaction(self.con):
            restated.build(self.con, catalogue()["ledger.published_value"], self.kernel)
        self.con.execute("create or replace table intermediate.late_row (publication bigint)").fetchall()
        late = catalogue()["intermediate.late_row"]
        reads = frozenset(name for name in late.reads if name.removeprefix("objects.") in KEPT)
        restated.build(self.con, type(late)(**{**late.__dict__, "reads": reads}), self.kernel)
        for step in STEPS:
            name = f"intermediate.{step}"
            self.con.execute(f"create or replace table {name} as {catalogue()[name].sql}").fetchall()
        mart = "marts.restatement"
        schema = schema_of(mart)
        assert schema is not None
        self.con.execute(f"create or replace table {mart} ({definition(schema)})").fetchall()
        self.con.execute(f"insert into {mart} by name {catalogue()[mart].sql}").fetchall()

    def _say(self, said: Said) -> None:
        self.con.execute("delete from metrics.metric_value; delete from marts.company_month").fetchall()
        for (company, month), mrr in said.items():
            self.con.execute(
                "insert into marts.company_month values ('standard', ?, ?, ?, 'EUR')", [company, month, mrr]
            ).fetchall()
        self.con.execute(
            "insert into metrics.metric_value select 'mrr', 'month', month, '(all)', '(all)', sum(mrr), null, "
            "cast(sum(mrr) as double), 'currency' from marts.company_month group by month"
        ).fetchall()
        self.con.execute(self.further).fetchall()

    def swap_in(self) -> None:
        """Put the file in its place that readers see."""
        number = self.one("select publication from meta.publication")
        self.published.unlink(missing_ok=True)
        with duckdb.connect(str(self.published)) as file:
            file.execute(f"create schema meta; create table meta.publication as select {number} as publication")

    def publish(self, day: date, said: Said) -> None:
        """Everything from the numbers to the published file."""
        self.build(day, said)
        self.swap_in()
        publications.confirm(self.con)

    def one(self, query: str) -> Any:
        """The one value of a query."""
        ((value,),) = self.con.execute(query).fetchall()
        return value

    def told(self, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
        """Restatements, in the order of their publication, month and dimension."""
        query = f"select {columns} from marts.restatement where {where} order by publication, period, dimension, member"
        return self.con.execute(query).fetchall()

    def differences(self) -> list[tuple[Any, ...]]:
        """Publication, month, whose number, and by how much it was restated."""
        return self.told("publication, strftime(period, '%b'), member, difference")

    def noted(self) -> list[int]:
        """How many rows each part of the memory has."""
        return [self.one(f"select count(*) from {table}") for table in publications.TABLES]

    def broken(self) -> dict[str, list[Any]]:
        """The invariants about restatements that do not hold, with what breaks them."""
        found = {one.name: self.con.execute(one.sql).fetchall() for one in invariants() if "restatement" in one.name}
        assert len(found) == 2
        return {name: rows for name, rows in found.items() if rows}


def _columns(name: str) -> str:
    schema = schema_of(name)
    assert schema is not None
    return definition(schema).replace(" not null", "")
