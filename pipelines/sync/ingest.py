"""From the inbox into raw: each file once or not at all, whole, with its row in the ledger.

dlt loads the files into a throw-away landing database; one transaction of ours moves them into the append-only raw
tables and writes the ledger, because a load that is killed half way must leave nothing behind (spec: quality). How a
file is read belongs to `connectors/`.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import dlt
from dlt.common.destination.capabilities import DestinationCapabilitiesContext
from dlt.common.normalizers.naming import NamingConvention
from dlt.destinations.impl.duckdb.configuration import DuckDbClientConfiguration, DuckDbCredentials

from connectors.reading.containers import expand
from connectors.reading.resource import API_FOLDER, Export
from pipelines.declared import FILES
from pipelines.home import ROOT, Home
from pipelines.rooms import reader, resources
from pipelines.sync import absent, raw
from pipelines.sync.complete import Completeness, arrived_again, completeness, note_inbox
from pipelines.warehouse import Connection, forget_counts, open_warehouse, save_counts

PLAIN = {"force_compression": "uncompressed"}
"""The landing database is read once and thrown away: compressing it would be the slowest part of a load."""

Progress = Callable[[str], None]


class _Landing(dlt.destinations.duckdb):
    """DuckDB as dlt knows it; asked what it can do, it does not look for settings that have no say in the answer.

    dlt asks ten times a load, and looking for settings is most of the answer's time.
    """

    def capabilities(
        self, config: DuckDbClientConfiguration | None = None, naming: NamingConvention | None = None
    ) -> DestinationCapabilitiesContext:
        return super().capabilities(config or self.spec(), naming)


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
    refused: tuple[str, ...] = ()
    """A sentence for each complete export that holds too few records to be believed; it waits in the inbox."""

    @property
    def set_aside(self) -> dict[str, str]:
        """The files that brought nothing, for none of what they hold could be read, and why where that is known."""
        found: dict[str, list[Delivery]] = {}
        for one in self.deliveries:
            found.setdefault(one.file, []).append(one)
        return {
            file: "; ".join(one.note for one in parts if one.note)
            for file, parts in found.items()
            if 0 < sum(one.rows_read for one in parts) == sum(one.rows_quarantined for one in parts)
        }


def sync(
    home: Home,
    wanted: Sequence[str],
    delivered_at: datetime | None,
    progress: Progress,
    confirmed: Collection[str] = (),
) -> list[Synced]:
    """Take every new file of the wanted sources' inbox folders into raw.

    `delivered_at` (UTC) states when the files arrived; None means now. `confirmed` are files (`source/name`) that are
    complete exports however few records they hold. Raises `PolicyError`, `WarehouseBusyError`, `WarehouseDamagedError`
    or `CountsDoNotAddUpError`; whatever was committed before stays.
    """
    arrived = (delivered_at or datetime.now(UTC)).replace(tzinfo=None, microsecond=0)
    complete = completeness(home, wanted, confirmed)
    done = []
    with open_warehouse(home, "rapport sync") as con:
        raw.prepare(con)
        for source in wanted:
            progress(source)
            started = datetime.now(UTC)
            deliveries, known, refused = _sync_source(con, home, source, arrived, complete[source])
            seconds = (datetime.now(UTC) - started).total_seconds()
            done.append(Synced(source, tuple(deliveries), known, seconds, tuple(refused)))
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


def dropped_files(home: Home, source: str) -> list[Path]:
    """The inbox files that people or programs put there, without those that reading the live API left."""
    made = home.inbox / source / API_FOLDER
    return [path for path in inbox_files(home, source) if not path.is_relative_to(made)]


def reader_version(source: str) -> str:
    """A fingerprint of the code that reads a source's files: refused rows are read again once it changes.

    Of a source whose collections the workspace declares it ends in a point and a fingerprint of those: all its files
    are read again once they change.
    """
    own = (ROOT / "connectors" / source).glob("*.py")
    paths = sorted(path for path in own if not path.stem.startswith("demo") and path.stem != "api")
    paths += sorted((ROOT / "connectors" / "reading").glob("*.py"))
    code = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]
    if source != FILES:
        return code
    declared = repr([replace(resource, asked={}) for resource in resources(source)])
    return f"{code}.{hashlib.sha256(declared.encode()).hexdigest()[:16]}"


def _sync_source(
    con: Connection, home: Home, source: str, arrived: datetime, complete: Completeness
) -> tuple[list[Delivery], int, list[str]]:
    version = reader_version(source)
    known = raw.known_deliveries(con, source, version)
    files = inbox_files(home, source)
    contents = {path.relative_to(home.inbox / source).as_posix(): _content_hash(path) for path in files}
    if any(complete.resources.values()):
        complete = replace(complete, again=arrived_again(con, source, contents))
    absent.forget_others(con, source, complete.resources)
    exports: dict[str, Export] = {}
    for path, (name, delivery_id) in zip(files, contents.items(), strict=True):
        if (delivery_id not in known or delivery_id in complete.again) and delivery_id not in exports:
            exports[delivery_id] = Export(path=path, name=name, delivery_id=delivery_id)
    rows: list[tuple[str, str, int, int, int, int, str]] = []
    refused: list[str] = []
    if exports:
        with _landing(home, source, list(exports.values()), known) as (landing, found):
            if raw.reads_again(con, source, [export.delivery_id for export in found]):
                forget_counts(home)
            rows, refused = raw.take(con, landing, source, found, arrived, version, complete)
    if any(complete.resources.values()) and not refused:
        note_inbox(con, source, contents)
    return [Delivery(source, *row) for row in rows], len(files) - len(exports), refused


def _content_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _landing(
    home: Home, source: str, exports: Sequence[Export], known: Collection[str]
) -> Iterator[tuple[Path, list[Export]]]:
    """Load the exports, and what archives among them hold, with dlt into a new database that is gone afterwards.

    Gives the database and everything it was loaded from.
    """
    parent = home.work / "landing"
    shutil.rmtree(parent, ignore_errors=True)  # left by a run that was killed; the writer lock is held
    parent.mkdir(parents=True)
    scratch = Path(tempfile.mkdtemp(dir=parent))
    try:
        database = scratch / "landing.duckdb"
        pipeline = dlt.pipeline(
            pipeline_name=f"rapport_{source}",
            pipelines_dir=str(scratch / "dlt"),
            destination=_Landing(credentials=DuckDbCredentials(str(database), global_config=PLAIN)),
            dataset_name=source,
        )
        pipeline.config.restore_from_destination = False  # the database is new: there is no state to ask it for
        found = expand(exports, scratch / "members", known)
        pipeline.run(reader(source)(found, scratch)).raise_on_failed_jobs()
        yield database, found
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
