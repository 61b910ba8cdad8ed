"""Files as such: which reader takes one, which resource it is, limits, damage; and what dlt makes of it all."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import dlt
import duckdb
import pytest

from connectors.reading import delimited, text
from connectors.reading.landing import land
from connectors.reading.resource import Fit, Resource, fit, recognise, snake
from tests.conftest import LandFiles
from tests.connectors.reading_files import THINGS, read_files

COMPANIES = Resource(
    "companies", ("id", "name", "domain", "city"), ("id",), required=("id", "name"),
    labels={"Record ID": "id", "Company name": "name"}, files=("*compan*",),
)  # fmt: skip
GROUPS = Resource("groups", ("id", "name"), ("id",), required=("id", "name"), files=("*group*",))
ANSWERS = Resource("answers", ("score", "why"), labels={"*recommend*": "score", "Why*": "why"}, required=("score",))


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Record ID", "record_id"), ("createdAt", "created_at"), ("HTTPStatus", "http_status"), ("a__b", "a_b"),
        ("_id", "_id"), ("2nd try", "_2nd_try"), ("Straße (m²)", "strasse_m2"), ("公司", ""), ("hs_id", "hs_id"),
        ("Duration (in seconds)", "duration_in_seconds"), ("LastModifiedDate", "last_modified_date"),
    ],
)  # fmt: skip
def test_column_names(header: str, column: str) -> None:
    assert snake(header) == column


def test_column_names_are_those_dlt_keeps() -> None:
    keeps = dlt.Schema("x").naming.normalize_identifier
    for header in ("Record ID", "createdAt", "HTTPStatus", "a__b", "_id", "2nd try", "Straße (m²)", "address2", "x_"):
        assert keeps(snake(header)) == snake(header)


def test_the_file_name_decides_between_resources_whose_columns_fit() -> None:
    headers = ["id", "name", "domain", "city"]
    assert resource_of(headers, "groups.csv") == "groups"
    assert resource_of(headers, "export.csv") == "companies"
    assert resource_of(headers, "companies/2026/export.csv") == "companies"
    assert resource_of(headers, "companies/all groups.csv") == "groups"
    assert resource_of(["Record  id", "COMPANY NAME"], "x.csv") == "companies"


def resource_of(headers: list[str], name: str) -> str:
    found = recognise((COMPANIES, GROUPS), headers, name)
    return found.resource.name if isinstance(found, Fit) else found


def test_a_file_of_no_resource_says_what_the_closest_lacks(tmp_path: Path) -> None:
    files = {"export.csv": "Record Id No,Company name,Domain,Owner\n1,A,b,c\n", "other.csv": "x,y\n1,2\n"}
    read = read_files(tmp_path, files, (COMPANIES, GROUPS))
    assert read.reasons == [
        (
            0,
            "columns fit companies best (2 of 4) but required column 'id' is missing;"
            " the file has 'Record Id No' which may be its new name",
        ),
        (0, "the columns fit none of: companies, groups"),
    ]
    assert [(row["_resource"], row["rows_read"]) for row in read.read] == [("_file", 1), ("_file", 1)]


def test_a_file_that_only_its_name_knows_is_not_said_to_fit() -> None:
    found = recognise((COMPANIES, GROUPS), ["x", "y"], "companies.csv")
    assert isinstance(found, str)
    assert found.startswith("it is named like companies but required column 'id' is missing")


def test_a_label_with_a_star_takes_the_first_header_it_matches() -> None:
    headers = ("How likely are you to recommend us?", "Why is that?", "Why not?", "Would you recommend the app?")
    assert fit(ANSWERS, headers).columns == ("score", "why", "why_not", "would_you_recommend_the_app")


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    files = {
        "things.csv.gz": gzip.compress(b"id,name\n1,a\n"),
        "things.json.gz": gzip.compress(b'[{"id": 2}]'),
        "cut.csv.gz": gzip.compress(random.Random(1).randbytes(5000))[:3000],
    }
    read = read_files(tmp_path, files)
    assert sorted(read.values("id")) == [("1",), ("2",)]
    ((_, reason),) = read.reasons
    assert reason.startswith("the gzip file is damaged or cut short")


def test_a_gzip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "GZIP_FREE_BYTES", 1 << 20)
    read = read_files(tmp_path, {"things.csv.gz": gzip.compress(b"id,name\n" + b"1,a\n" * 5_000_000)})
    ((_, reason),) = read.reasons
    assert "more than 100 times its size" in reason
    assert list((next(tmp_path.iterdir()) / "scratch").rglob("*.unpacked")) == []


def test_parquet(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    select = (
        "select 7 as id, 'n' as name, 1.50::decimal(9, 2) as note, [1, 2] as list, {'a': 'é'} as struct,"
        " timestamp '2026-01-02 03:04:05' as seen"
    )
    for kind in ("zstd", "brotli"):
        duckdb.sql(f"copy ({select}) to '{made / kind}.parquet' (format parquet, compression {kind})")
    whole = (made / "zstd.parquet").read_bytes()
    files = {"a.parquet": whole, "b.parquet": (made / "brotli.parquet"), "c.parquet": whole[:200]}
    read = read_files(tmp_path, files)
    assert read.values("_line", "id", "name", "note", "list", "struct", "seen") == [
        (1, "7", "n", "1.50", "[1,2]", '{"a":"é"}', "2026-01-02 03:04:05")
    ]
    assert [row["_delivery_id"] for row in read.rejected] == ["b.parquet", "c.parquet"]
    assert "Brotli" in read.rejected[0]["reason"]


def test_files_that_are_no_text_are_refused_by_name(tmp_path: Path) -> None:
    read = read_files(
        tmp_path, {"a.xlsx": b"PK\x03\x04" + bytes(50), "b.pdf": b"%PDF-1.7\n", "c.csv": bytes(range(256))}
    )
    reasons = [row["reason"] for row in read.rejected]
    assert reasons[0].startswith("the workbook is damaged: ")
    assert reasons[1] == "a PDF cannot be read; export CSV, JSON, Parquet or XLSX"
    assert len(reasons) == 3


def test_an_error_in_one_file_keeps_the_others_and_leaves_nothing_half_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = delimited.book_rejects

    def fails(bench, export, *rest):  # type: ignore[no-untyped-def]
        booked = original(bench, export, *rest)
        if export.name == "b.csv":
            raise MemoryError("no more")
        return booked

    monkeypatch.setattr(delimited, "book_rejects", fails)
    content = "id,name\n1,a\n2\n"
    read = read_files(tmp_path, {"a.csv": content, "b.csv": content, "c.csv": content})
    assert [row["_delivery_id"] for row in read.rows["things"]] == ["a.csv", "c.csv"]
    assert [(row["_delivery_id"], row["reason"]) for row in read.rejected if row["_delivery_id"] == "b.csv"] == [
        ("b.csv", "MemoryError: no more")
    ]


def test_any_bytes_at_all(tmp_path: Path) -> None:
    """Nothing crashes, and nothing vanishes, whatever the bytes (read_files checks the counts)."""
    choose = random.Random(7)
    pieces = [
        b"id",
        b",",
        b"\n",
        b'"',
        b"\r",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"\x00",
        b"\xff",
        b"\xe9",
        b"1",
        b" ",
        b"\xc3\xa9",
        b";",
    ]
    files = {}
    for number in range(120):
        body = b"".join(choose.choice(pieces) for _ in range(choose.randint(0, 60)))
        start = choose.choice([b"", b"id,name\n", b'{"id": 1}\n', b"[", b"\xff\xfe", b"\x1f\x8b", b"PAR1"])
        files[f"{number}.{choose.choice(['csv', 'json', 'ndjson', 'txt', 'parquet', 'dat'])}"] = start + body
    read = read_files(tmp_path, files)
    assert {row["_delivery_id"] for row in read.read} == set(files)


def test_what_dlt_loads(land_files: LandFiles) -> None:
    @dlt.source(name="things_source")
    def things_source(exports, scratch):  # type: ignore[no-untyped-def]
        yield from land((THINGS,), exports, scratch)

    tables = land_files(
        things_source,
        {
            "a.csv": "id,name\n1,A\n2\n",
            "b.json": json.dumps([{"id": 3, "more": {"x": 1.5}}]),
            "c.csv": "",
        },
    )
    assert [
        (row["_delivery_id"], row["_line"], row["_key"], row["id"], row["name"], row["more"])
        for row in tables["things"]
    ] == [
        ("a.csv", 2, "1", "1", "A", None),
        ("b.json", 1, "3", "3", None, '{"x":1.5}'),
    ]
    assert [(row["_resource"], row["_line"], row["row"]) for row in tables["_rejected"]] == [("things", 3, "2")]
    assert sorted((row["_delivery_id"], row["_resource"], row["rows_read"]) for row in tables["_read"]) == [
        ("a.csv", "things", 2),
        ("b.json", "things", 1),
        ("c.csv", "_file", 0),
    ]


def test_dlt_can_take_the_parts_as_they_are(tmp_path: Path) -> None:
    """It rewrites a Parquet file whose columns are not nullable, which costs as much as the load itself."""
    read_files(tmp_path, {"things.csv": "id,name\n1,A\n"})
    (part,) = tmp_path.rglob("things_*.parquet")
    required = duckdb.sql(
        f"select name from parquet_schema('{part}') where repetition_type = 'REQUIRED' and type <> ''"
    )
    assert required.fetchall() == []


def test_nothing_to_read_still_makes_the_books(land_files: LandFiles) -> None:
    @dlt.source(name="nothing_source")
    def nothing_source(exports, scratch):  # type: ignore[no-untyped-def]
        yield from land((THINGS,), exports, scratch)

    assert land_files(nothing_source, {}) == {"_rejected": [], "_read": []}


def test_many_small_files_become_one_part(tmp_path: Path, land_files: LandFiles) -> None:
    @dlt.source(name="many_source")
    def many_source(exports, scratch):  # type: ignore[no-untyped-def]
        yield from land((THINGS,), exports, scratch)

    files = {f"{number}.csv": f"id,column {number}\n{number},x\n" for number in range(30)}
    tables = land_files(many_source, files)
    assert len(tables["things"]) == 30
    assert tables["things"][0].keys() >= {f"column_{number}" for number in range(30)}
    assert len([path for path in (tmp_path / "scratch").iterdir() if path.name.startswith("things")]) == 31
