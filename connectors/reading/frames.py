"""Lands the rows of a reader that one source has for itself, joined across files. Reading is in that source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl
from dlt.extract import DltResource

from connectors.reading.bench import Bench, ident
from connectors.reading.landing import landed, refuse, settled
from connectors.reading.resource import Export, Resource
from connectors.reading.text import Refused, unpack

REJECTED = "_rejected"
OwnReader = Callable[[Path, Export], Iterator[tuple[str, pl.DataFrame]]]
"""Takes a file, unpacked, and its export; yields batches of rows, each under its resource's name or `REJECTED`."""
_PART_BYTES = 128 << 20
_PLACE = ("_delivery_id", "_line")


def land_frames(
    resources: Sequence[Resource], exports: Sequence[Export], scratch: Path, read: OwnReader
) -> Iterator[DltResource]:
    """As `land`, for a format only one source has; many small files cost little more than one large one.

    A batch of a resource has `_line` and text columns (the same in every batch), one of `REJECTED` has `_resource`,
    `_line`, `reason` and `row`. `read` raises Refused for a file it cannot read at all.
    """
    yield from landed(resources, scratch, lambda bench: _Frames(bench, resources).read_all(exports, read))


class _Frames:
    """The batches that wait to be written as one part."""

    def __init__(self, bench: Bench, resources: Sequence[Resource]) -> None:
        self._bench = bench
        self._resources = {resource.name: resource for resource in resources}
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self._bytes = 0

    def read_all(self, exports: Sequence[Export], read: OwnReader) -> None:
        books: list[tuple[str, str, int]] = []
        for export in exports:
            if settled(self._bench, export):
                continue
            taken = Counter[str]()
            try:
                for name, frame in read(unpack(export.path, self._bench.scratch), export):
                    taken.update(frame["_resource"] if name == REJECTED else {name: len(frame)})
                    self._wait(name, frame.with_columns(pl.lit(export.delivery_id).alias("_delivery_id")))
                taken.update({next(iter(self._resources)): 0})  # a file without rows was read all the same
            except Refused as refusal:
                refuse(self._bench, export, str(refusal), refusal.line)
            except Exception as error:
                # One unreadable file must not keep the others out; what was read of it stays.
                refuse(self._bench, export, f"{type(error).__name__}: {error}", 0)
            books += [(export.delivery_id, name, rows) for name, rows in taken.items()]
        self._put()
        if books:
            frame = pl.DataFrame(books, ["_delivery_id", "_resource", "rows_read"], orient="row")
            self._bench.put("read_", frame.with_columns(columns=pl.lit("{}"), note=pl.lit("")))

    def _wait(self, name: str, frame: pl.DataFrame) -> None:
        self._waiting.setdefault(name, []).append(frame)
        self._bytes += int(frame.estimated_size())
        if self._bytes >= _PART_BYTES:
            self._put()

    def _put(self) -> None:
        for name, frames in self._waiting.items():
            frame = pl.concat(frames)
            if name == REJECTED:
                self._bench.put("rejected", frame)
                continue
            columns = [column for column in frame.columns if column not in _PLACE]
            fields = ", ".join(f"{ident(column)} text" for column in columns)
            batch = self._bench.name("batch")
            self._bench.sql(f"create table {batch} (_delivery_id text, _line bigint, {fields})")
            self._bench.put(batch, frame)
            self._bench.land(None, self._resources[name], batch, columns, len(frame))
            self._bench.sql(f"drop table {batch}")
        self._waiting, self._bytes = {}, 0
