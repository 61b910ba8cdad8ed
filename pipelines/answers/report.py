"""What the command line shows of syncs, state and results: text for a person, plain values for JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table as Grid

from pipelines.home import Home
from pipelines.rooms import sources
from pipelines.sync.apis import known
from pipelines.sync.ingest import Synced, inbox_files
from pipelines.sync.pull import Pulled
from pipelines.sync.raw import REFUSED
from pipelines.sync.undeclared import HOW, never_sent, undeclared
from pipelines.warehouse import Connection, open_warehouse, scalar, table_names

SHOWN = 12
"""Undeclared fields that are listed per resource."""


def sync_json(synced: list[Synced], pulled: list[Pulled]) -> list[dict[str, Any]]:
    """The outcome of a sync as plain values: per source what its API brought, and what came of each file."""
    return [
        {
            **found.__dict__,
            "deliveries": [delivery.__dict__ for delivery in found.deliveries],
            "files_set_aside": found.set_aside,
            "pulled": [one.__dict__ for one in pulled if one.source == found.source],
        }
        for found in synced
    ]


def print_pull(out: Console, pulled: list[Pulled]) -> None:
    """One line per endpoint of the live APIs, then what had to be done again and what is missing, and why."""
    if not pulled:
        return
    grid = _grid("live API", "resource", "records", "seconds", "cursor")
    for one in pulled:
        grid.add_row(one.source, one.resource, f"{one.records:,}", f"{one.seconds:.1f}", one.cursor or "")
    out.print(grid)
    for one in pulled:
        name = f"{one.source} {one.resource}".strip()
        for note in one.notes:
            out.print(f"  {name}: {note}", markup=False, style="yellow")
        if one.problem:
            out.print(f"  {name}: {one.problem}", markup=False, style="red")


def print_sync(out: Console, synced: list[Synced]) -> None:
    """One line per source, then what was set aside or changed on the way, file by file."""
    grid = _grid("source", "new", "known", "rows read", "stored", "quarantined", "repeated", "seconds")
    for found in synced:
        counts = [
            sum(getattr(delivery, name) for delivery in found.deliveries if delivery.resource != REFUSED)
            for name in ("rows_read", "rows_stored", "rows_quarantined", "rows_repeated")
        ]
        files = len({delivery.file for delivery in found.deliveries})
        grid.add_row(
            found.source, f"{files:,}", f"{found.files_known:,}", *(f"{n:,}" for n in counts), f"{found.seconds:.1f}"
        )
    out.print(grid)
    for found in synced:
        for delivery in found.deliveries:
            words = [delivery.note] if delivery.note else []
            if delivery.rows_quarantined and delivery.resource != REFUSED:
                words = [f"{delivery.rows_quarantined} of {delivery.rows_read} rows set aside", *words]
            if words and delivery.file not in found.set_aside:
                out.print(f"  {found.source}/{delivery.file}: {'; '.join(words)}", markup=False, style="yellow")
        for file, why in found.set_aside.items():
            told = f"the whole file was set aside: {why}" if why else "every row of the file was set aside"
            out.print(f"  {found.source}/{file}: {told}", markup=False, style="red")
        for sentence in found.refused:
            out.print(f"  {sentence}", markup=False, style="red")
    if any(delivery.rows_quarantined for found in synced for delivery in found.deliveries):
        out.print("  Reasons: select * from quarantine.<source>__<resource>, or `rapport status`.", markup=False)


def status(home: Home) -> list[dict[str, Any]]:
    """Per source: last delivery, rows read, stored, quarantined, repeated, what the mapping set aside, what waits."""
    if not home.warehouse.exists():
        return [_source_status(source, None, home) for source in sources()]
    with open_warehouse(home, "rapport status") as con:
        return [_source_status(source, con, home) for source in sources()]


def _source_status(source: str, con: Connection | None, home: Home) -> dict[str, Any]:
    found: dict[str, Any] = {"source": source, "files_in_inbox": len(inbox_files(home, source))}
    found["api"] = known(home, source)
    if con is None or "meta.delivery" not in table_names(con):
        return {**found, "files_delivered": 0, "last_delivered_at": None}
    inside = (  # what an archive or workbook in the inbox holds is no file of the inbox
        "exists (select 1 from meta.delivery as c where c.source = d.source and c.resource = '_file' "
        "and c.rows_read = 0 and starts_with(d.file, c.file || '/'))"
    )
    row = con.execute(
        f"select count(distinct sha256) filter (where not {inside}), max(delivered_at), "
        "coalesce(sum(rows_read) filter (where is_read), 0), coalesce(sum(rows_stored) filter (where is_read), 0), "
        "coalesce(sum(rows_quarantined) filter (where is_read), 0), "
        "coalesce(sum(rows_repeated) filter (where is_read), 0) "
        "from (select *, resource <> ? as is_read from meta.delivery) as d where source = ?",
        [REFUSED, source],
    ).fetchall()[0]
    names = ("files_delivered", "last_delivered_at", "rows_read", "rows_stored", "rows_quarantined", "rows_repeated")
    found |= dict(zip(names, row, strict=True))
    tables = sorted(name for name in table_names(con) if name.startswith(f"quarantine.{source}__"))
    found["quarantine"] = {}
    for table in tables:
        reasons = con.execute(f"select file, line, reason from {table} order by file, line limit 3").fetchall()
        rows = scalar(con, f"select count(*) from {table}")
        if rows:
            found["quarantine"][table] = {
                "rows": rows,
                "first": [dict(zip(("file", "line", "reason"), r, strict=True)) for r in reasons],
            }
    found["undeclared_fields"] = [arrived.__dict__ for arrived in undeclared(con, source)]
    found["never_sent"] = never_sent(con, source)
    return found


def print_status(out: Console, found: list[dict[str, Any]]) -> None:
    """A table of the sources, then the first reasons of each quarantine."""
    grid = _grid("source", "files", "last (UTC)", "rows read", "stored", "quarantined", "repeated", "waiting")
    for source in found:
        waiting = max(0, source["files_in_inbox"] - source["files_delivered"])
        counts = [
            f"{source.get(name, 0):,}" for name in ("rows_read", "rows_stored", "rows_quarantined", "rows_repeated")
        ]
        grid.add_row(
            source["source"],
            f"{source['files_delivered']:,}",
            f"{source['last_delivered_at']:%Y-%m-%d %H:%M}" if source["last_delivered_at"] else "never",
            *counts,
            f"{waiting:,}",
        )
    out.print(grid)
    for source in found:
        api = source["api"]
        if api and (api["is_meant"] or api["resources"]):
            out.print(f"{source['source']} API: {api['state']}", markup=False)
            for resource, kept in api["resources"].items():
                cursor = f", up to {kept['cursor']}" if kept["cursor"] else ""
                out.print(f"    {resource}: read {kept['pulled_at'] or 'in part'}{cursor}", markup=False)
    for source in found:
        _print_undeclared(out, source)
        for table, held in source.get("quarantine", {}).items():
            what = "whole files" if table.endswith(f"_{REFUSED}") else "rows"
            out.print(f"{table}: {held['rows']:,} {what} set aside", style="yellow", markup=False)
            for row in held["first"]:
                place = row["file"] if not row["line"] else f"{row['file']}:{row['line']}"
                out.print(f"    {place}  {row['reason']}", markup=False)
    if any(source.get("undeclared_fields") for source in found):
        out.print(HOW, markup=False)


def _print_undeclared(out: Console, source: dict[str, Any]) -> None:
    fields = source.get("undeclared_fields", [])
    for resource in dict.fromkeys(field["resource"] for field in fields):
        listed = [
            f"{field['name']} ({field['type']}, {field['filled']:,} filled)"
            for field in fields
            if field["resource"] == resource
        ]
        more = [f"and {len(listed) - SHOWN} more (--json lists all)"] if len(listed) > SHOWN else []
        told = ", ".join(listed[:SHOWN] + more)
        out.print(f"not declared: {source['source']} {resource}: {told}", markup=False)
    for name in source.get("never_sent", []):
        out.print(f"declared, but never sent by {source['source']}: {name}", style="yellow", markup=False)


def _grid(*headers: str) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for number, header in enumerate(headers):
        grid.add_column(header, justify="left" if number == 0 else "right", no_wrap=True)
    return grid
