"""JSON: documents, pages and lines; exact numbers; which resource a record belongs to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.reading.exact import BrokenRecord, as_text
from connectors.reading.resource import Resource
from connectors.reading.split import split_document
from connectors.reading.text import Refused
from tests.connectors.reading_files import read_files

COMPANIES = Resource(
    "companies", columns=("id", "name", "created_at"), key=("id",), required=("id",), records="results",
    flatten=("properties",),
)  # fmt: skip
CUSTOMERS = Resource(
    "customers", ("id", "email"), ("id",), required=("id",), records="data", where={"object": "customer"}
)
INVOICES = Resource("invoices", ("id", "total"), ("id",), required=("id",), records="data", where={"object": "invoice"})
TICKETS = Resource("tickets", ("id", "subject"), ("id",), required=("id", "subject"), records="tickets")
USERS = Resource("users", ("id", "email"), ("id",), required=("id", "email"), records="users")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.json", '[{"id": 1, "name": "A"},\n {"id": 2, "name": "B"}]'),
        ("page.json", '{"results": [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}], "paging": {"next": null}}'),
        ("lines.ndjson", '{"id": 1, "name": "A"}\n{"id": 2, "name": "B"}\n'),
        ("lines.json", '{"id": 1, "name": "A"}\r\n\r\n{"id": 2, "name": "B"}'),
        ("pages.json", '{"results": [{"id": 1, "name": "A"}]}\n{"results": [{"id": 2, "name": "B"}]}\n'),
        ("no_ending", '{"id": 1, "name": "A"}\n{"id": 2, "name": "B"}\n'),
        ("odd_line_ends.json", '{"id": 1, "name": "A", "x": "\u2028"}\n{"id": 2, "name": "B"}'),
        ("bom.json", '\ufeff[{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]'),
    ],
)
def test_forms_of_a_file(tmp_path: Path, name: str, content: str) -> None:
    assert read_files(tmp_path, {name: content}, (COMPANIES,)).values("id", "name", of="companies") == [
        ("1", "A"),
        ("2", "B"),
    ]


def test_records_of_pages_are_numbered_by_position(tmp_path: Path) -> None:
    pages = '{"results": [{"id": 1}, {"id": 2}]}\n{"id": 3}\nnope\n{"results": [{"id": 4}, 5]}\n'
    read = read_files(tmp_path, {"pages.ndjson": pages}, (COMPANIES,))
    assert sorted(read.values("_line", "id", of="companies")) == [(1, "1"), (2, "2"), (3, "3"), (4, "4")]
    assert [(line, reason[:14]) for line, reason in read.reasons] == [(3, "not valid JSON"), (5, "a record must ")]


def test_a_single_object_is_a_record(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"one.json": '{\n  "id": 1,\n  "name": "A"\n}\n'}, (COMPANIES,))
    assert read.values("_line", "id", "name", of="companies") == [(1, "1", "A")]


NUMBERS = [
    "1.10",
    "12345678901234567890.123",
    "1e5",
    "-0",
    "0.10",
    "123456789012345678901234567890",
    "1.0",
    "7",
    "0.0000001",
    "-1.50",
    "9007199254740993.0",
    "12345678.12345678",
    "1.5e-7",
    "100000000000000000000.5",
]


@pytest.mark.parametrize("suffix", ["json", "ndjson"])
def test_numbers_land_exactly_as_written(tmp_path: Path, suffix: str) -> None:
    lines = [
        f'{{"id": "{i}", "name": {number}, "deep": {{"n": [{number}, {number} ]}}, "properties": {{"p":{number}}}}}'
        for i, number in enumerate(NUMBERS)
    ]
    content = "\n".join(lines) if suffix == "ndjson" else "[" + ",\n".join(lines) + "]"
    read = read_files(tmp_path, {f"x.{suffix}": content}, (COMPANIES,))
    assert sorted(read.values("_line", "name", "p", "deep", of="companies")) == [
        (i, number, number, f'{{"n":[{number},{number}]}}') for i, number in enumerate(NUMBERS, start=1)
    ]


def test_values_land_as_text(tmp_path: Path) -> None:
    record = {"id": "1", "name": "", "a": None, "b": True, "c": [1, {"d": "é"}], "e": {}, "f": "null", "g": "\u0000x"}
    read = read_files(tmp_path, {"x.json": json.dumps([record])}, (COMPANIES,))
    assert read.values("name", "a", "b", "c", "e", "f", "g", of="companies") == [
        ("", None, "true", '[1,{"d":"é"}]', "{}", "null", "\u0000x")
    ]


def test_nested_objects_become_columns(tmp_path: Path) -> None:
    page = {
        "results": [
            {"id": "1", "createdAt": "x", "properties": {"name": "A", "id": "inner"}},
            {"id": "2", "properties": {"Name": "B", "odd / key": "o"}, "extra": {"k": 1}},
            {"id": "3", "properties": "no object"},
        ]
    }
    read = read_files(tmp_path, {"x.json": json.dumps(page)}, (COMPANIES,))
    columns = ("id", "created_at", "name", "id_2", "name_2", "odd_key", "extra", "properties")
    assert read.values(*columns, of="companies") == [
        ("1", "x", "A", "inner", None, None, None, None),
        ("2", None, None, None, "B", "o", '{"k":1}', None),
        ("3", None, None, None, None, None, None, "no object"),
    ]
    assert json.loads(read.read[0]["columns"])["properties.odd / key"] == "odd_key"


def test_records_of_several_kinds_go_to_several_resources(tmp_path: Path) -> None:
    records = [
        {"id": "c1", "object": "customer", "email": "a@b.example"},
        {"id": "i1", "object": "invoice", "total": 10},
        {"id": "x1", "object": "charge"},
        7,
    ]
    for content in (json.dumps({"object": "list", "data": records}), "\n".join(map(json.dumps, records))):
        read = read_files(tmp_path, {"x.json": content}, (CUSTOMERS, INVOICES))
        assert read.values("id", of="customers") == [("c1",)]
        assert read.values("id", "total", of="invoices") == [("i1", "10")]
        assert read.reasons == [
            (3, "a record of this source needs object = customer or object = invoice"),
            (4, "a record must be an object, this is a number"),
        ]


def test_a_page_with_several_lists(tmp_path: Path) -> None:
    page = {"tickets": [{"id": 1, "subject": "s"}], "users": [{"id": 5, "email": "e"}], "count": 1, "organizations": []}
    read = read_files(tmp_path, {"x.json": json.dumps(page)}, (TICKETS, USERS))
    assert (read.values("id", of="tickets"), read.values("id", of="users")) == ([("1",)], [("5",)])


def test_a_record_with_a_list_named_like_a_page_is_no_page(tmp_path: Path) -> None:
    record = {"id": 1, "subject": "s", "users": [{"id": 5, "email": "e"}]}
    for content in (json.dumps(record), json.dumps(record) + "\n" + json.dumps(record | {"id": 2})):
        read = read_files(tmp_path, {"x.json": content}, (TICKETS, USERS))
        assert "users" not in read.rows
        assert read.rows["tickets"][0]["users"] == '[{"id":5,"email":"e"}]'


def test_a_missing_required_key_names_its_likely_new_name(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"t.json": '[{"id": 1, "subjects": "s"}, {"id": 2}]'}, (TICKETS, USERS))
    ((line, reason),) = read.reasons
    assert (line, read.rejected[0]["_resource"]) == (0, "_file")
    assert "required column 'subject' is missing; the file has 'subjects' which may be its new name" in reason


def test_a_truncated_document_is_rejected_whole_with_the_place(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"x.json": '[{"id": "5"},\n{"id": "6"'}, (COMPANIES,))
    assert read.rows == {}
    ((line, reason),) = read.reasons
    assert line == 2
    assert reason.startswith("not valid JSON at line 2, column 11: the text ends too early")


def test_bad_lines_are_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [b'{"id": 1}', b"nope", b'{"id": 2,}', b'{"id": 3, "id": 4}', b'{"id": "caf\xe9"}', b'{"id": "\\ud800"}',
             b'{"id": "h\xc3\xa9"}', b"[]", b"", b'{"id": NaN}', b'{"name": "no id"}', b'{"id": 9}']  # fmt: skip
    read = read_files(tmp_path, {"x.ndjson": b"\n".join(lines)}, (COMPANIES,))
    assert read.values("_line", "id", of="companies") == [(1, "1"), (7, "hé"), (12, "9")]
    assert {line: reason.split(":")[0].split(" at ")[0] for line, reason in read.reasons} == {
        2: "not valid JSON",
        3: "not valid JSON",
        4: "the same key stands twice in one object",
        5: "not valid UTF-8; looks like Windows-1252",
        6: "not valid JSON",
        10: "not valid JSON",
        11: "key column id is empty",
    }


@pytest.mark.parametrize("number", ["1", "1.10"])
def test_a_key_twice_rejects_the_record_not_the_document(tmp_path: Path, number: str) -> None:
    records = f'[{{"id": 1, "a": {number}}}, {{"id": 2, "a": {number}, "id": 3}}, {{"id": 4, "a": {number}}}]'
    read = read_files(tmp_path, {"x.json": records}, (COMPANIES,))
    assert read.values("_line", "id", of="companies") == [(1, "1"), (3, "4")]
    assert read.reasons == [(2, "the same key stands twice in one object")]


def test_a_key_twice_deep_inside_keeps_both_values(tmp_path: Path) -> None:
    for value in ("1", "1.10"):
        read = read_files(tmp_path, {"x.json": f'[{{"id": {value}, "deep": {{"a": 1, "a": 2}}}}]'}, (COMPANIES,))
        assert read.values("deep", of="companies") == [('{"a":1,"a":2}',)]


def test_as_text_refuses_what_cannot_be_kept() -> None:
    assert as_text('{"a": 1.10, "b": {"c": 1e2}, "d": null}', {"b"}) == '{"a":"1.10","b":{"c":"1e2"},"d":null}'
    for text in ('{"a": 1, "a": 2}', '{"a": NaN}', '{"a":', "[" * 5000 + "]" * 5000):
        with pytest.raises(BrokenRecord):
            as_text(text, ())


def test_split_document_is_strict() -> None:
    def is_record(keys: list[str]) -> bool:
        return False

    assert list(split_document(' [1 , {"a": [2]}] ', ["r"], is_record)) == [("", "1"), ("", '{"a": [2]}')]
    for text in ("", "[1,]", "[1 2]", '{"r": [1}', '{"a" 1}', "[] x", '{"a": 1,}', "{1: 2}", "[" * 100_000):
        with pytest.raises(Refused, match="not valid JSON"):
            list(split_document(text, ["r"], is_record))
