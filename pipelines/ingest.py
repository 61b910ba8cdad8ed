"""From the inbox into raw: each file once or not at all, whole, with its row in the ledger.

dlt loads the files into a throw-away landing database; one transaction of ours moves them into the append-only raw
tables and writes the ledger, because a load that is killed half way must leave nothing behind (spec: quality). How a
file is read belongs to `connectors/`.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dlt
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

from connectors.reading.resource import Export
from pipelines import raw
from pipelines.home import ROOT, Home
from pipelines.rooms import sources
from pipelines.warehouse import Connection, forget_counts, open_warehouse, save_counts

PLAIN = {"force_compression": "uncompressed"}
"""The landing database is read once and thrown away: compressing it would be the slowest part of a load."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Delivery:
    """What one file brought to one resource. `read = stored + quarantined + repeated`, always."""

    source: str
    file: str
    resource: str
    rows_read: int
    rows_stored: int
    rows_quarantined: int
    rows_repeated: int
    note: str


@dataclass(frozen=True)
class Synced:
    """The outcome for one source: what was delivered now, and how many files were known already."""

    source: str
    deliveries: tuple[Delivery, ...]
    files_known: int
    seconds: float


def sync(home: Home, wanted: Sequence[str], delivered_at: datetime | None, progress: Progress) -> list[Synced]:
    """Take every new file of the wanted sources' inbox folders into raw.

    `delivered_at` (UTC) states when the files arrived; None means now. Raises `WarehouseBusyError`,
    `WarehouseDamagedError` or `CountsDoNotAddUpError`; whatever was committed before stays.
    """
    arrived = (delivered_at or datetime.now(UTC)).replace(tzinfo=None, microsecond=0)
    done = []
    with open_warehouse(home, "rapport sync") as con:
        raw.prepare(con)
        for source in wanted:
            progress(source)
            started = datetime.now(UTC)
            deliveries, known = _sync_source(con, home, source, arrived)
            seconds = (datetime.now(UTC) - started).total_seconds()
            done.append(Synced(source, tuple(deliveries), known, seconds))
        con.execute("checkpoint").fetchall()
        save_counts(con, home)
    return done


def inbox_files(home: Home, source: str) -> list[Path]:
    """The files of a source's inbox folder in the order of their paths; hidden and part-written ones are left alone."""
    folder = home.inbox / source
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.suffix.lower() not in (".part", ".tmp", ".crdownload")
    )


def reader_version(source: str) -> str:
    """A fingerprint of the code that reads a source's files: refused rows are read again once it changes."""
    paths = [ROOT / "connectors" / source / "source.py", *sorted((ROOT / "connectors" / "reading").glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def _sync_source(con: Connection, home: Home, source: str, arrived: datetime) -> tuple[list[Delivery], int]:
    version = reader_version(source)
    known = raw.known_deliveries(con, source, version)
    exports: dict[str, Export] = {}
    files = inbox_files(home, source)
    for path in files:
        delivery_id = _content_hash(path)
        if delivery_id not in known and delivery_id not in exports:
            name = path.relative_to(home.inbox / source).as_posix()
            exports[delivery_id] = Export(path=path, name=name, delivery_id=delivery_id)
    if not exports:
        return [], len(files)
    with _landing(home, source, list(exports.values())) as landing:
        if raw.reads_again(con, source, exports):
            forget_counts(home)
        rows = raw.take(con, landing, source, list(exports.values()), arrived, version)
    deliveries = [Delivery(source, *row) for row in rows]
    return deliveries, len(files) - len(exports)


def _content_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _landing(home: Home, source: str, exports: Sequence[Export]) -> Iterator[Path]:
    """Load the exports with dlt into a new database of their own, which is gone afterwards."""
    parent = home.work / "landing"
    shutil.rmtree(parent, ignore_errors=True)  # left by a run that was killed; the writer lock is held
    parent.mkdir(parents=True)
    scratch = Path(tempfile.mkdtemp(dir=parent))
    try:
        database = scratch / "landing.duckdb"
        pipeline = dlt.pipeline(
            pipeline_name=f"rapport_{source}",
            pipelines_dir=str(scratch / "dlt"),
            destination=dlt.destinations.duckdb(credentials=DuckDbCredentials(str(database), global_config=PLAIN)),
            dataset_name=source,
        )
        make = getattr(sources()[source], source)
        pipeline.run(make(exports, scratch)).raise_on_failed_jobs()
        yield database
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
