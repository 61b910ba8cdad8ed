"""Reads Parquet files, every value as text. Text formats are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.reading.bench import Bench, ident, literal
from connectors.reading.resource import Export, Resource, recognise
from connectors.reading.text import Refused

_NESTED = ("STRUCT", "MAP", "UNION")


def read_parquet(bench: Bench, resources: Sequence[Resource], export: Export, path: Path) -> None:
    """Land one Parquet file; raise Refused when it is damaged, Brotli-compressed or fits no resource."""
    file = literal(str(path))
    compressions = bench.sql(f"select distinct compression from parquet_metadata({file})")
    if ("BROTLI",) in compressions:
        # The Brotli decoder inside DuckDB has a known memory fault (CVE-2026-111497); a file may be made to use it.
        raise Refused("Brotli-compressed Parquet is not read, it can harm the reader; write it with zstd or snappy")
    types = bench.sql(f"select column_name, column_type from (describe from read_parquet({file}))")
    found = recognise(resources, [name for name, _ in types], export.name)
    if isinstance(found, str):
        raise Refused(found)
    staged = bench.name("staged")
    values = (
        f"{_text(ident(name), kind)} as {ident(column)}"
        for (name, kind), column in zip(types, found.columns, strict=True)
    )
    bench.sql(f"create table {staged} as select {', '.join(values)} from read_parquet({file})")
    source = f"(select rowid + 1 as _line, * from {staged})"
    rows = bench.count(staged)
    bench.land(export, found.resource, source, found.columns, rows)
    bench.read(export, found.resource.name, rows, found.as_sent, "")


def _text(value: str, kind: str) -> str:
    if kind.startswith(_NESTED) or kind.endswith("]"):
        return f"to_json({value})::text"
    return f"{value}::text"
