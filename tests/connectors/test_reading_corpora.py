"""The readers against files nobody here wrote."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import orjson
import pytest

from connectors.reading.resource import Resource, fit
from tests.connectors.conftest import REAL_DATA
from tests.connectors.reading_files import read_files

pytestmark = pytest.mark.skipif(not REAL_DATA.is_dir(), reason="no shared/data beside the repository")
ANYTHING = Resource("anything", columns=(), required=())


def test_csv_spectrum_means_what_its_json_says(tmp_path: Path) -> None:
    files = {path.name: path for path in sorted((REAL_DATA / "csv" / "csvs").glob("*.csv"))}
    assert len(files) >= 11
    read = read_files(tmp_path, files, (ANYTHING,))
    for name in files:
        meant = json.loads((REAL_DATA / "csv" / "json" / name.replace(".csv", ".json")).read_text())
        landed = [row for row in read.rows["anything"] if row["_delivery_id"] == name]
        columns = fit(ANYTHING, list(meant[0]) if meant else []).columns
        got = [tuple(row[column] or "" for column in columns) for row in landed]
        assert got == [tuple(record.values()) for record in meant], name
    assert read.rejected == []


@pytest.mark.parametrize("verdict", ["y", "n", "i"])
def test_json_test_suite_as_documents(tmp_path: Path, verdict: str) -> None:
    paths = sorted((REAL_DATA / "json").glob(f"{verdict}_*.json"))
    assert len(paths) > 30
    read = read_files(tmp_path, {path.name: path for path in paths}, (ANYTHING,))
    refused = {row["_delivery_id"] for row in read.rejected if "not valid JSON" in row["reason"]}
    assert not any("Error" in row["reason"] for row in read.rejected)
    if verdict == "y":
        assert refused == set()
    if verdict == "n":
        assert refused == {path.name for path in paths}


def test_json_test_suite_as_values_of_a_record(tmp_path: Path) -> None:
    """What is JSON lands with the same meaning when it is a record's field, in a document and on a line."""
    paths = sorted((REAL_DATA / "json").glob("y_*.json"))
    records = [b'{"id": "%s", "value": %s}' % (path.stem.encode(), one_line(path)) for path in paths]
    files = {"lines.ndjson": b"\n".join(records), "document.json": b"[" + b",\n".join(records) + b"]"}
    for name, content in files.items():
        read = read_files(tmp_path, {name: content}, (ANYTHING,))
        assert read.rejected == []
        landed = {row["id"]: row["value"] for row in read.rows["anything"]}
        for path in paths:
            meant = json.loads(path.read_bytes())
            got = landed[path.stem]
            assert (got if isinstance(meant, str) or meant is None else json.loads(got)) == meant, (name, path.name)


def one_line(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r", b" ").replace(b"\n", b" ")


def test_a_line_that_is_no_json_is_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = [
        content
        for path in sorted((REAL_DATA / "json").glob("n_*.json"))
        if len(content := path.read_bytes()) < 1000 and not {10, 13} & set(content) and content.strip(b" \t")
    ]
    lines = [line for number, content in enumerate(bad) for line in (content, b'{"id": "%d"}' % number)]
    read = read_files(tmp_path, {"things.ndjson": b"\n".join(lines) + b"\n"})
    assert read.values("id", "_line") == [(str(number), 2 * number + 2) for number in range(len(bad))]
    assert [row["_line"] for row in read.rejected] == [2 * number + 1 for number in range(len(bad))]


def test_naughty_strings_come_through_exactly(tmp_path: Path) -> None:
    strings: list[str] = orjson.loads((REAL_DATA / "strings" / "blns.json").read_bytes())
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "name"])
    writer.writerows([str(number), text] for number, text in enumerate(strings))
    records = [{"id": str(number), "name": text} for number, text in enumerate(strings)]
    read = read_files(
        tmp_path,
        {
            "things.csv": out.getvalue(),
            "things.json": orjson.dumps(records),
            "things.ndjson": b"\n".join(map(orjson.dumps, records)),
        },
    )
    assert len(strings) > 500
    meant = [(str(number), text) for number, text in enumerate(strings)]
    by_file = {
        name: [(row["id"], row["name"]) for row in read.rows["things"] if row["_delivery_id"] == name]
        for name in ("things.csv", "things.json", "things.ndjson")
    }
    assert by_file["things.csv"] == [(number, text or None) for number, text in meant]
    assert by_file["things.json"] == by_file["things.ndjson"] == meant
    assert read.rejected == []
