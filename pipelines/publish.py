"""What analysts see: a new DuckDB file per run, described to the last column, swapped in whole, and Parquet beside it.

Here belongs how tables leave the warehouse. What they contain was settled before.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipelines import docs, outbox
from pipelines.home import Home
from pipelines.match.columns import IDENTITY_COLUMNS
from pipelines.rooms import catalogue
from pipelines.schemas import columns_of, comments, literal, schema_of
from pipelines.tables import history, publications
from pipelines.tables.build import digest
from pipelines.warehouse import Connection, columns, scalar, table_names, transaction

SCHEMAS = ("objects", "history", "marts", "metrics", "identity", "policy", "quarantine", "meta")
"""The schemas of the warehouse that are published; raw, staging and intermediate tables stay inside."""

HIDDEN = (
    *("meta.table_state", "meta.check_state", "meta.rejected"),
    *("meta.full_delivery", "meta.present", "meta.absent", "meta.absent_before", "meta.inbox", "meta.newest_version"),
    *("meta.version_state", "meta.history_state", "meta.history_said"),
    *("identity.company_comparison", "identity.contact_comparison"),
)
"""The pipeline's own bookkeeping."""

STORAGE_VERSION = "v1.0.0"
"""Every DuckDB client from 1.0 on opens it (spec: stack)."""

_SNAPSHOT = "published.snapshot"
"""The name under which the state of the tables is noted when they are published."""

_TABLES = {
    "meta.delivery": "One file that arrived, for one resource it held: rows read = stored + quarantined + repeated.",
    "meta.publication": "Which publication this file is; one row. What it said anew stands in marts.restatement.",
    "meta.run": "The instant everything here is computed for; one row.",
    "identity.provenance": "Where every golden value of a company, contact or team member comes from: one row each.",
    "metrics.metric_value": "Every declared metric by month, in total and by each of its dimensions.",
}
_SCHEMAS = {
    "identity": "Which record of which source belongs to which golden row, by which rule and on what evidence.",
    "policy": "The settings the numbers were computed with; each file of models/policy gives a table or more.",
    "quarantine": "Rows set aside, each with its place, its text and the reason; mend the cause and they come back.",
}
_KEYS = {"identity.provenance": ["object", "object_id", "field"]}
"""What tables without a schema are ordered by where all their columns would be too many."""
_COLUMNS = {
    "as_of": "Instant (UTC) the run is computed for.",
    "as_of_on": "Day of that instant.",
    "competing": "What the other records say of this field, as JSON; the most trusted first.",
    "field": "The golden row's column.",
    "is_conflict": "True when one of them says something else, letter case and spaces aside.",
    "known_until": "Only what was known before this instant (UTC) is in here; null: all that was known at the time.",
    "arrival": "Order in which deliveries arrived.",
    "columns": "Headers of the file as sent, and the column each became, as JSON.",
    "delivered_at": "When the file arrived (UTC).",
    "denominator": "Sum below the line; null for plain sums.",
    "dimension": "Column the metric is split by; (all) for the total.",
    "evidence": "What the rule found, such as the shared e-mail address or domain.",
    "file": "File within the source's inbox folder.",
    "grain": "Length of a period.",
    "line": "Line in that file; the position of the record in a JSON list.",
    "loaded_at": "When the delivery with this row arrived.",
    "member": "Value of the dimension.",
    "metric": "Name of the metric.",
    "note": "What the reader found worth saying, such as a changed encoding.",
    "numerator": "Sum above the line.",
    "object_id": "Golden id of the row.",
    "period": "First day of the period.",
    "reason": "Why the row was set aside.",
    "resource": "The vendor's collection the rows belong to.",
    "row": "The row as text.",
    "row_id": "Delivery and line the row came in, as <sha256>:<line>.",
    "rows_quarantined": "Rows set aside while reading.",
    "rows_read": "Rows found in the file.",
    "rows_repeated": "Rows that were there already.",
    "rows_stored": "Rows added to raw.",
    "rule": "Rule that made the link (source = the record that names the golden row) or chose the value.",
    "sha256": "Hash of the file's content.",
    "source": "Connector.",
    "source_key": "<source>:<record id>, or email:<address>.",
    "source_record_id": "The record's own id in its source.",
    "source_system": "Connector the record comes from.",
    "stage": "Step that set the row aside: read, map or reference.",
    "trust": "Rank of the source; lower is believed first.",
    "unit": "Unit of the value.",
    "value": "The metric: numerator / denominator.",
    "publication": "Publications counted from 1; one that says and comes from nothing new is not counted.",
}


def publish(con: Connection, home: Home) -> dict[str, int]:
    """Write a new snapshot and its Parquet files, then swap both in; return the rows per table.

    Readers that hold the old file keep it until they close it; the name never points at a half-written file.
    """
    draft, rows = _write_draft(con, home.snapshot)
    _write_parquet(con, home.published / "parquet", sorted(rows))
    _write_dictionary(home)
    _swap_in(draft, home.snapshot)
    with outbox.telling(con):
        publications.confirm(con)
        con.execute(
            "insert or replace into meta.table_state values (?, ?, null, null)", [_SNAPSHOT, _state(con)]
        ).fetchall()
    return rows


def publish_file(con: Connection, target: Path) -> dict[str, int]:
    """Write the tables into one file and nothing else, swapped in whole; return the rows per table."""
    draft, rows = _write_draft(con, target)
    _swap_in(draft, target)
    return rows


def _write_draft(con: Connection, target: Path) -> tuple[Path, dict[str, int]]:
    """Every table that is published, in a file beside its target; what a killed publish left there goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(".draft-*"):
        left.unlink()
    draft = target.with_name(f".draft-{os.getpid()}.duckdb")
    con.execute(f"attach {literal(draft)} as published (storage_version '{STORAGE_VERSION}')").fetchall()
    try:
        with transaction(con):  # one commit instead of one per comment
            rows = {table: _copy(con, table) for table in published_tables(con)}
            for statement in history.lookups(rows, "published"):
                con.execute(statement).fetchall()
    finally:
        con.execute("detach published").fetchall()
    return draft, rows


def _swap_in(draft: Path, target: Path) -> None:
    """Give a file that is safely on the disk its name; whoever reads the one before keeps it."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)


def _state(con: Connection) -> str:
    """What every table in the warehouse was made from, in one word."""
    query = "select name || '=' || fingerprint from meta.table_state where name <> ? order by 1"
    return digest(*(line for (line,) in con.execute(query, [_SNAPSHOT]).fetchall()))


def is_current(con: Connection, home: Home) -> bool:
    """True when the warehouse's tables are those last published and the snapshot names its instant and deliveries."""
    noted = con.execute("select fingerprint from meta.table_state where name = ?", [_SNAPSHOT]).fetchall()
    if not home.snapshot.exists() or noted != [(_state(con),)]:
        return False
    con.execute(f"attach {literal(home.snapshot)} as snapshot (read_only)").fetchall()
    try:
        told = [
            con.execute(
                "select count(*), max(arrival), sum(rows_stored), sum(rows_quarantined), "
                f"(select max(as_of) from {place}meta.run) from {place}meta.delivery"
            ).fetchall()
            for place in ("", "snapshot.")
        ]
    finally:
        con.execute("detach snapshot").fetchall()
    return told[0] == told[1]


def published_tables(con: Connection) -> list[str]:
    """The tables to publish: what the catalogue still makes, and the ledger, policies and quarantine beside it."""
    made = catalogue()
    return sorted(
        name
        for name in table_names(con)
        if name.split(".")[0] in SCHEMAS
        and name not in HIDDEN
        and (name in made or name.split(".")[0] in ("policy", "quarantine", "meta"))
    )


def _ordered(con: Connection, table: str) -> str:
    schema = schema_of(table)
    shown = [name for name in columns(con, table) if (table, name) != ("meta.delivery", "reader_version")]
    key = [column.name for column in columns_of(schema) if column.key] if schema else _KEYS.get(table, shown)
    return f"select {_listed(shown)} from {table} order by {_listed(key)}"


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _copy(con: Connection, table: str) -> int:
    target = f"published.{table}"
    con.execute(f"create schema if not exists published.{table.split('.')[0]}").fetchall()
    rows = scalar(con, f"create table {target} as {_ordered(con, table)}")
    for statement in _comments(con, table, target):
        con.execute(statement).fetchall()
    return int(rows)


def _comments(con: Connection, table: str, target: str) -> list[str]:
    schema = schema_of(table)
    if schema is not None:
        return comments(target, schema)
    room, name = table.split(".")
    statements = [f"comment on table {target} is {literal(_TABLES.get(table) or _SCHEMAS[room])}"]
    words = {**_COLUMNS, **IDENTITY_COLUMNS} if room == "identity" else _COLUMNS
    for column in columns(con, table):
        if column == "reader_version":
            continue
        if room == "policy":
            text = f"Setting {column} of the policy {name}."
        elif column.endswith("_id") and column not in words and room == "identity":
            text = f"Golden id of the {column.removesuffix('_id')}; null where the record is none of ours to keep."
        else:
            text = words[column]
        statements.append(f'comment on column {target}."{column}" is {literal(text)}')
    return statements


def _write_dictionary(home: Home) -> None:
    """What every table and column means, the workspace's own among them."""
    target = home.published / "README.md"
    draft = target.with_name(".draft-README.md")
    draft.write_text(docs.home_dictionary())
    draft.replace(target)


def _write_parquet(con: Connection, folder: Path, tables: list[str]) -> None:
    """One file per table under `<schema>/<table>.parquet`, each swapped in whole; files of tables no more made go."""
    wanted = set()
    for table in tables:
        path = folder / table.split(".")[0] / f"{table.split('.')[1]}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".draft-{path.name}")
        con.execute(f"copy ({_ordered(con, table)}) to {literal(draft)} (format parquet, compression zstd)").fetchall()
        draft.replace(path)
        wanted.add(path)
    for path in folder.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()
