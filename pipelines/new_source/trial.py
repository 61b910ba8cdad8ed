"""Takes one connector's sample through raw and staging in a home that is gone afterwards, and says what came of it.

`python -m pipelines.trial <source>` prints the outcome as JSON and exits with 1 when something is amiss: in a process
of its own, because a connector that was just written is not among those already loaded.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.home import Home
from pipelines.rooms import CONNECTORS, catalogue
from pipelines.sync.ingest import sync
from pipelines.tables import staging
from pipelines.warehouse import Connection, open_warehouse


@dataclass
class Outcome:
    """Rows per object, and what is amiss: rows set aside, fields that no row of the sample fills."""

    rows: dict[str, int] = field(default_factory=dict)
    amiss: list[str] = field(default_factory=list)


def trial(source: str) -> Outcome:
    """Sync a connector's sample and run its mappings on it."""
    outcome = Outcome()
    with TemporaryDirectory(prefix="rapport-") as folder:
        home = Home(Path(folder) / "home")
        home.create([source])
        home.prepare_environment()
        shutil.copytree(CONNECTORS / source / "sample", home.inbox / source, dirs_exist_ok=True)
        (synced,) = sync(home, [source], None, lambda _: None)
        for one in synced.deliveries:
            if one.rows_quarantined:
                outcome.amiss.append(f"{one.file}: {one.rows_quarantined} of {one.rows_read} rows set aside {one.note}")
        with open_warehouse(home, "rapport add-source") as con:
            for table in catalogue().values():
                if table.kind == "staging" and table.source == source:
                    outcome.rows[table.object_name] = staging.build(con, table)
                    outcome.amiss += _amiss(con, source, table.object_name, str(table.sql))
    return outcome


def _amiss(con: Connection, source: str, name: str, sql: str) -> list[str]:
    reasons = con.execute(f"select file, line, reason from quarantine.{source}__{name}").fetchall()
    found = [f"{name}: {file}:{line}: {reason}" for file, line, reason in reasons]
    given = [row[0] for row in con.execute(f"describe {sql}").fetchall()]
    fields = [column for column in given if column not in ("_row_id", "_loaded_at", "custom")]
    counts = con.execute(
        f"select {', '.join(f'count({chr(34)}{column}{chr(34)})' for column in fields)} from staging_{source}.{name}"
    ).fetchall()[0]
    empty = [column for column, count in zip(fields, counts, strict=True) if not count]
    return found + ([f"{name}: no row of the sample fills {', '.join(empty)}"] if empty else [])


def main() -> int:
    """Print the outcome of the source named on the command line; returns the exit code."""
    outcome = trial(sys.argv[1])
    print(json.dumps(asdict(outcome)))
    return 1 if outcome.amiss else 0


if __name__ == "__main__":
    sys.exit(main())
