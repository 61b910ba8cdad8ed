"""Reads files with the shared readers alone, without dlt: quick enough for hundreds of small cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from connectors.reading.bench import Bench
from connectors.reading.containers import expand
from connectors.reading.landing import read_all
from connectors.reading.resource import Resource
from tests.conftest import Content, write_inbox

THINGS = Resource("things", columns=("id", "name", "note"), key=("id",), required=("id",), files=("*thing*",))


class Reading:
    """What the readers made of some files; made only if read = landed + rejected for each of them."""

    def __init__(self, bench: Bench, names: Mapping[str, str]) -> None:
        self.names = names
        self.rows: dict[str, list[dict[str, Any]]] = {}
        for part in bench.parts:
            found = _dicts(bench, f"read_parquet('{part.path}')")
            self.rows.setdefault(part.resource.name, []).extend(found)
        self.rejected = sorted(_dicts(bench, "rejected"), key=lambda row: (row["_delivery_id"], row["_line"]))
        self.read = _dicts(bench, "read_")
        for file in {row["_delivery_id"] for row in self.read}:
            self._check_that_nothing_vanished(file)

    def _check_that_nothing_vanished(self, file: str) -> None:
        read = sum(row["rows_read"] for row in self.read if row["_delivery_id"] == file)
        landed = sum(row["_delivery_id"] == file for rows in self.rows.values() for row in rows)
        rejected = sum(row["_delivery_id"] == file for row in self.rejected)
        assert read == landed + rejected, f"{file}: {read} read, {landed} landed, {rejected} rejected"

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """Line and reason of every rejected row."""
        return [(row["_line"], row["reason"]) for row in self.rejected]

    @property
    def notes(self) -> list[str]:
        """What the readers noted of the files."""
        return [row["note"] for row in self.read]

    @property
    def booked(self) -> dict[str, str]:
        """Per delivery, by its name: why it was refused, or the note on it."""
        refused = {row["_delivery_id"]: row["reason"] for row in self.rejected}
        return {self.names[row["_delivery_id"]]: refused.get(row["_delivery_id"], row["note"]) for row in self.read}

    def values(self, *columns: str, of: str = "things") -> list[tuple[Any, ...]]:
        """The landed values of some columns, in the order of the files."""
        return [tuple(row.get(column) for column in columns) for row in self.rows.get(of, [])]


def read_files(
    folder: Path,
    files: Mapping[str, Content],
    resources: Sequence[Resource] = (THINGS,),
    *,
    known: Collection[str] | None = None,
) -> Reading:
    """Write the files into a folder of their own and read them; those that hold others as well, given what is known."""
    place = Path(mkdtemp(dir=folder))
    bench = Bench(place / "scratch")
    try:
        exports = write_inbox(place / "inbox", files)
        if known is not None:
            exports = expand(exports, place / "scratch" / "members", known)
        read_all(bench, resources, exports)
        return Reading(bench, {export.delivery_id: export.name for export in exports})
    finally:
        bench.close()


def _dicts(bench: Bench, relation: str) -> list[dict[str, Any]]:
    names = [row[0] for row in bench.sql(f"describe select * from {relation}")]
    return [dict(zip(names, row, strict=True)) for row in bench.sql(f"select * from {relation}")]
