"""What readers see: every column described, a format any DuckDB 1.x opens, Parquet that says the same, whole or not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines import publish
from pipelines.answers.lookup import open_snapshot
from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.tables import build
from pipelines.warehouse import Connection, open_warehouse
from tests.pipelines import small_world
from tests.pipelines.conftest import as_of_instant

READER = """
import json, sys, time
import duckdb
path, reads, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3]
from pathlib import Path
done, errors, torn, back, seen = 0, [], 0, 0, 0
while done < reads or not Path(stop).exists():
    try:
        with duckdb.connect(path, read_only=True) as con:
            ((run,),) = con.execute("select epoch_ms(as_of) from meta.run").fetchall()
            ((company,),) = con.execute("select max(employee_count) from objects.company").fetchall()
    except Exception as error:
        errors.append(str(error))
        continue
    finally:
        done += 1
    torn += run != company
    back += run < seen
    seen = run
print(json.dumps({"reads": done, "errors": errors[:3], "torn": torn, "back": back, "last": seen}))
"""


@pytest.fixture(scope="module")
def published(small_home: Home) -> Iterator[Connection]:
    with open_snapshot(small_home) as con:
        yield con


def names(con: Connection) -> list[str]:
    query = "select schema_name || '.' || table_name from duckdb_tables() where not internal order by 1"
    return [name for (name,) in con.execute(query).fetchall()]


def test_every_table_and_column_says_what_it_is(published: Connection) -> None:
    tables = published.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
    assert len(tables) > 60
    assert [f"{room}.{name}" for room, name, comment in tables if not (comment or "").strip()] == []
    query = "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal"
    columns = published.execute(query).fetchall()
    assert len(columns) > 600
    assert [row[:3] for row in columns if not (row[3] or "").strip()] == []


def test_what_is_published_is_what_analysts_are_promised(published: Connection) -> None:
    found = set(names(published))
    rooms = ("objects", "history", "marts", "metrics", "identity")
    wanted = {name for name in catalogue() if name.split(".")[0] in rooms} - set(publish.HIDDEN)
    assert wanted <= found
    assert {name.split(".")[0] for name in found} <= set(publish.SCHEMAS)
    assert not found & set(publish.HIDDEN)
    assert "meta.delivery" in found
    assert "reader_version" not in [row[0] for row in published.execute("describe meta.delivery").fetchall()]


def test_any_duckdb_from_1_0_on_opens_it(published: Connection) -> None:
    ((tags,),) = published.execute("select tags from duckdb_databases() where not internal").fetchall()
    assert tags["storage_version"] == "v1.0.0+"


def test_parquet_beside_says_the_same_in_the_same_order(published: Connection, small_home: Home) -> None:
    folder = small_home.published / "parquet"
    files = {f"{path.parent.name}.{path.stem}": path for path in folder.rglob("*.parquet")}
    assert sorted(files) == names(published)
    for name, path in files.items():
        table = published.sql(f"select * from {name}").pl()
        assert table.equals(published.sql(f"select * from read_parquet('{path}')").pl()), name


def test_rows_stand_in_the_order_of_their_key(published: Connection) -> None:
    for name in ("objects.company", "marts.company_month", "identity.contact_link"):
        rows = published.execute(f"select * from {name}").fetchall()
        assert rows == sorted(rows, key=lambda row: [str(value) for value in row[:2]])


def test_publishing_twice_gives_the_same_bytes_and_leaves_nothing_else(copied: Home) -> None:
    left = copied.published / ".draft-1.duckdb"
    left.write_bytes(b"a killed publish")
    (copied.published / "parquet" / "marts" / ".draft-x.parquet").write_bytes(b"too")
    gone = copied.published / "parquet" / "marts" / "no_more_made.parquet"
    gone.write_bytes(b"old")
    before = {path: path.read_bytes() for path in copied.published.rglob("*.parquet") if path.stat().st_size > 10}
    with open_warehouse(copied, "a test") as con:
        publish.publish(con, copied)
    after = {path: path.read_bytes() for path in copied.published.rglob("*") if path.suffix == ".parquet"}
    assert after == before
    assert not gone.exists()
    assert [path.name for path in copied.published.rglob(".*")] == []
    assert sorted(path.name for path in copied.published.iterdir()) == ["README.md", "parquet", "rapport.duckdb"]


def test_a_publish_that_fails_leaves_the_old_snapshot(copied: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = copied.snapshot.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(publish, "_write_parquet", fail)
    with open_warehouse(copied, "a test") as con:
        con.execute("delete from marts.portfolio").fetchall()
        with pytest.raises(OSError, match="no space left"):
            publish.publish(con, copied)
        monkeypatch.undo()
        assert copied.snapshot.read_bytes() == before
        publish.publish(con, copied)
    assert copied.snapshot.read_bytes() != before


def test_the_snapshot_is_current_until_something_it_shows_changes(copied: Home) -> None:
    day = as_of_instant(small_world.LAST_DAY)
    with open_warehouse(copied, "a test") as con:
        assert publish.is_current(con, copied)
        (copied.config / "nps.toml").write_text(_changed_policy())
        build.prepare(con, copied, day)
        wanted = build.fingerprints(con)
        for table in build.stale(con):
            build.build(con, table, wanted[table.name])
        assert not publish.is_current(con, copied), "the same day and the same deliveries, but other rules"
        publish.publish(con, copied)
        assert publish.is_current(con, copied)
        build.prepare(con, copied, day + timedelta(days=1))
        assert not publish.is_current(con, copied)
        build.prepare(con, copied, day)
        assert publish.is_current(con, copied)
        copied.snapshot.unlink()
        assert not publish.is_current(con, copied)


def _changed_policy() -> str:
    text = (Path(publish.__file__).parent.parent / "models" / "policy" / "nps.toml").read_text()
    changed = text.replace("window_days = 3", "window_days = 4")
    assert changed != text
    return changed


def test_readers_never_fail_nor_see_half_a_publish(
    copied: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """200 reads by another process during 10 publishes; a reader that was there before keeps what it had."""
    monkeypatch.setattr(publish, "published_tables", lambda _: ["meta.run", "objects.company"])
    stop = tmp_path / "stop"
    with open_warehouse(copied, "a test") as con:
        _publish_number(con, copied, 0)
        early = duckdb.connect(str(copied.snapshot), read_only=True)
        command = [sys.executable, "-c", READER, str(copied.snapshot), "200", str(stop)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
            for number in range(1, 11):
                _publish_number(con, copied, number)
                time.sleep(0.2)
            stop.touch()
            out, _ = reader.communicate(timeout=60)
    told = json.loads(out)
    assert told["reads"] >= 200
    assert (told["errors"], told["torn"], told["back"]) == ([], 0, 0)
    assert told["last"] == 10
    assert early.execute("select max(employee_count) from objects.company").fetchall() == [(0,)]
    early.close()


def _publish_number(con: Connection, home: Home, number: int) -> None:
    con.execute("update meta.run set as_of = make_timestamp(?)", [number * 1000]).fetchall()
    con.execute("update objects.company set employee_count = ?", [number]).fetchall()
    publish.publish(con, home)
