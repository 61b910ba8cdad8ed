"""Every object a connector gives: its sample goes through raw and staging to the objects, whole and with references.

A connector's sample is a small, coherent story in the vendor's own shapes. Files with `broken` in their name hold rows
that must be set aside; nothing of any other file is.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.rooms import CONNECTORS, MERGED, Table, catalogue, sources
from pipelines.schemas import KERNEL_FIELDS, columns_of, schema_of
from pipelines.sync.ingest import Delivery, sync
from pipelines.sync.raw import SYSTEM_COLUMNS
from pipelines.tables import build
from pipelines.warehouse import Connection, columns, open_warehouse

PAIRS = sorted((str(table.source), table.object_name) for table in catalogue().values() if table.kind == "staging")
FAR_FUTURE = datetime(2030, 1, 1)
RARER = Path(__file__).parent / "rarer"
"""Records a sample's story has no place for, such as deleted ones, in the vendor's shapes, one folder per source."""
Samples = tuple[Connection, list[Delivery]]


def _wanted() -> list[Table]:
    """The tables of objects and all that they are made from, in the order in which they must be built."""
    wanted: list[Table] = []
    read: set[str] = set()
    for table in reversed(catalogue().values()):
        if table.kind in ("objects", "staging") or table.name.startswith("identity.") or table.name in read:
            wanted.append(table)
            read |= table.reads
    return [table for table in reversed(wanted) if table.kind != "raw"]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samples]:
    """A warehouse with the samples of all connectors taken as far as the objects, and what each file brought."""
    home = Home(tmp_path_factory.mktemp("samples"))
    home.create(list(sources()))
    home.prepare_environment()
    for source in sources():
        shutil.copytree(CONNECTORS / source / "sample", home.inbox / source, dirs_exist_ok=True)
        if (RARER / source).is_dir():
            shutil.copytree(RARER / source, home.inbox / source / "rarer")
        for own in (CONNECTORS / source / "config").glob("*.toml"):  # what the sample's workspace declares
            shutil.copy(own, home.config)
    deliveries = [one for synced in sync(home, list(sources()), None, lambda _: None) for one in synced.deliveries]
    with open_warehouse(home, "a test") as con:
        build.prepare(con, home, FAR_FUTURE)
        wanted = build.fingerprints(con)
        for table in _wanted():
            build.build(con, table, wanted[table.name])
        yield con, deliveries


@pytest.mark.parametrize("source", list(sources()))
def test_the_sample_is_read_whole(samples: Samples, source: str) -> None:
    deliveries = [one for one in samples[1] if one.source == source]
    assert deliveries
    for one in deliveries:
        assert one.rows_read == one.rows_stored + one.rows_quarantined + one.rows_repeated
        if "broken" not in one.file:
            assert one.rows_quarantined == 0, (one.file, one.resource)


@pytest.mark.parametrize(("source", "name"), PAIRS)
def test_a_mapping_gives_good_rows_and_fills_what_it_names(samples: Samples, source: str, name: str) -> None:
    con, _ = samples
    table = f"staging_{source}.{name}"
    ((rows,),) = con.execute(f"select count(*) from {table}").fetchall()
    assert rows > 0
    refused = con.execute(
        f"select file, line, reason from quarantine.{source}__{name} where not contains(file, 'broken')"
    ).fetchall()
    assert refused == []
    fields = _given(con, source, name)
    assert set(fields) <= columns(con, table).keys()
    counted = ", ".join(f'count("{field}")' for field in fields)
    (counts,) = con.execute(f"select {counted} from {table}").fetchall()
    empty = [field for field, count in zip(fields, counts, strict=True) if count == 0]
    assert empty == [], f"no row of the sample fills {empty}"


@pytest.mark.parametrize(("source", "name"), PAIRS)
def test_references_find_what_they_name(samples: Samples, source: str, name: str) -> None:
    """Each reference that the source fills leads, at least once, to something the same source gave."""
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    given = {other for known, other in PAIRS if known == source}
    con, _ = samples
    filled = _given(con, source, name)
    lost = []
    for column in columns_of(schema):
        target = column.references
        if target is None or target not in given or column.name not in filled:
            continue
        if target in MERGED:
            value = f"s.{column.name}"
            query = (
                f"select count(*) from staging_{source}.{name} as s join identity.{target}_link as k "
                f"on k.source_key in ({value}, '{source}:' || {value}, 'email:' || lower(trim({value})))"
            )
        else:
            query = (
                f"select count(*) from staging_{source}.{name} as s join staging_{source}.{target} as t "
                f"on t.source_record_id = s.{column.name}"
            )
        if con.execute(query).fetchall() == [(0,)]:
            lost.append(column.name)
    assert lost == []


@pytest.mark.parametrize(("source", "name"), PAIRS)
def test_good_rows_become_rows_of_the_object(samples: Samples, source: str, name: str) -> None:
    con, _ = samples
    if name in MERGED:
        query = (
            f"select count(*) from objects.{name} as o join identity.{name}_link as k on k.{name}_id = o.{name}_id "
            f"where starts_with(k.source_key, '{source}:')"
        )
    else:
        query = f"select count(*) from objects.{name} where source_system = '{source}' and derived_by is null"
    assert con.execute(query).fetchall() != [(0,)]


def _given(con: Connection, source: str, name: str) -> list[str]:
    """The fields of the object that the mapping names."""
    sql = catalogue()[f"staging_{source}.{name}"].sql
    plumbing = {*KERNEL_FIELDS, *SYSTEM_COLUMNS, "_row_id", "_loaded_at", "custom"}
    described = con.execute(f"describe {sql}").fetchall()
    return [column for column, *_ in described if column not in plumbing]
