"""CSV: dialects, headers, encodings, bad rows, and the physical line of every record."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from connectors.reading.resource import Resource
from connectors.reading.text import from_windows_1252
from tests.connectors.reading_files import read_files


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    rows = [
        ["id", "name", "note"],
        ["1", '"a, b; c | d"', "x"],
        ["2", f'"two{end}lines"', '"say ""hi"""'],
        ["3", "", ""],
    ]
    text = "".join(delimiter.join(row) + end for row in rows)
    read = read_files(tmp_path, {"things.csv": text})
    assert read.values("_line", "id", "name", "note") == [
        (2, "1", "a, b; c | d", "x"),
        (3, "2", f"two{end}lines", 'say "hi"'),
        (5, "3", None, None),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    read = read_files(tmp_path, {"things.csv": "id,name\n1,Café Zürich\n2,plain\n".encode(encoding)})
    assert read.values("id", "name") == [("1", "Café Zürich"), ("2", "plain")]
    assert bool(read.notes[0]) == (not encoding.startswith("utf-8"))


def test_every_byte_of_windows_1252_has_a_meaning() -> None:
    text = from_windows_1252(bytes(range(256)))
    assert len(set(text)) == 256
    assert (text[0x80], text[0xE9], text[0x81]) == ("€", "é", "\x81")


def test_lines_that_are_not_utf8_among_lines_that_are(tmp_path: Path) -> None:
    content = b'id,name\n1,caf\xc3\xa9\n2,caf\xe9\n3,"a\nb\xe9"\n4,x\n'
    read = read_files(tmp_path, {"things.csv": content})
    assert read.values("_line", "id", "name") == [(2, "1", "café"), (6, "4", "x")]
    assert read.reasons == [(line, "not valid UTF-8; looks like Windows-1252") for line in (3, 4)]
    assert [row["row"] for row in read.rejected] == ["2,café", '3,"a\nbé"']


def test_a_null_byte_is_a_character(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"things.csv": b"id,name\n1,a\x00b\n"})
    assert read.values("name") == [("a\x00b",)]


@pytest.mark.parametrize("content", ["", "\n\n", "id,name\n", "id,name"])
def test_no_rows_is_no_error(tmp_path: Path, content: str) -> None:
    read = read_files(tmp_path, {"things.csv": content})
    assert (read.rows, read.rejected, [row["rows_read"] for row in read.read]) == ({}, [], [0])


def test_bad_rows_are_rejected_with_line_and_text_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = (
        'id,name,note\n1,a,b\n2,"multi\nline",c\n\n3,too,many,fields\n4,few\n7,"un"tail,z\n,no key,z\n8,,\n'
        '10,e,"open\n11,a,b\n'
    )
    read = read_files(tmp_path, {"things.csv": text})
    assert read.values("_line", "id") == [(2, "1"), (3, "2"), (10, "8")]
    assert [(row["_line"], row["reason"], row["row"]) for row in read.rejected] == [
        (6, "4 fields where the header has 3", "3,too,many,fields"),
        (7, "2 fields where the header has 3", "4,few"),
        (8, "a quoted field does not end where it should", '7,"un"tail,z'),
        (9, "key column id is empty", ",no key,z"),
        (11, "a quoted field does not end where it should", '10,e,"open\n11,a,b'),
    ]


def test_a_last_line_cut_short_is_rejected_not_padded(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"things.csv": "id,name\n1,a\n2"})
    assert (read.values("id"), read.reasons) == ([("1",)], [(3, "1 fields where the header has 2")])


def test_a_record_over_the_limit_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.reading.delimited.MAX_RECORD_BYTES", 100_000)
    read = read_files(tmp_path, {"things.csv": f"id,name\n1,{'x' * 150_000}\n2,b\n"})
    assert read.values("_line", "id") == [(3, "2")]
    assert [line for line, _ in read.reasons] == [2]
    assert "longer than" in read.reasons[0][1]


def test_line_ends_of_several_kinds(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"things.csv": 'id,name\r\n1,a\n2,"b\r\nc"\r\n3,d\r4,e\n\n5\n6,f\n'})
    assert read.values("_line", "id", "name") == [
        (2, "1", "a"),
        (3, "2", "b\r\nc"),
        (5, "3", "d"),
        (6, "4", "e"),
        (9, "6", "f"),
    ]
    assert read.reasons == [(8, "1 fields where the header has 2")]


@pytest.mark.parametrize("before", ["\n\n", "\r\n", "sep=;\r\n", "\ufeffsep=;\r\n"])
def test_lines_before_the_header(tmp_path: Path, before: str) -> None:
    end = before[-2:].replace("\n\n", "\n")
    text = before + end.join(["id;name", '1;"a, b"', f'2;"c{end}d"', "3", "4;e", ""])
    read = read_files(tmp_path, {"things.csv": text})
    first = 3 + before.count("\n") - 1
    assert read.values("_line", "id", "name") == [
        (first, "1", "a, b"),
        (first + 1, "2", f"c{end}d"),
        (first + 4, "4", "e"),
    ]
    assert [line for line, _ in read.reasons] == [first + 3]


def test_headers_that_collide_are_empty_or_reserved(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"things.csv": "id,Name,name ,,2nd,_line,naïve Größe\n1,a,b,c,d,e,f\n"})
    row = read.rows["things"][0]
    assert {key: row[key] for key in ("name", "name_2", "column_4", "_2nd", "_line_2", "naive_grosse")} == {
        "name": "a", "name_2": "b", "column_4": "c", "_2nd": "d", "_line_2": "e", "naive_grosse": "f",
    }  # fmt: skip


def test_labels_of_a_human_export_give_the_same_columns(tmp_path: Path) -> None:
    people = Resource("people", columns=("id", "first_name"), key=("id",), required=("id",), labels={"Record ID": "id"})
    read = read_files(
        tmp_path, {"a.csv": "record id,First Name\n1,Ann\n", "b.csv": "id,first_name\n2,Bob\n"}, (people,)
    )
    assert read.values("id", "first_name", of="people") == [("1", "Ann"), ("2", "Bob")]
    assert read.read[0]["columns"] == '{"record id": "id", "First Name": "first_name"}'


def test_rows_without_a_key_are_each_their_own(tmp_path: Path) -> None:
    log = Resource("log", columns=("what",))
    read = read_files(tmp_path, {"a.csv": "what,who\nx,y\nx,y\nz,\n", "b.csv": "who,what\ny,x\n"}, (log,))
    keys = [row["_key"] for row in read.rows["log"]]
    assert len(set(keys)) == 3
    assert [key.split("#")[1] for key in keys] == ["1", "2", "1", "1"]
    assert keys[3] == keys[0], "the same row in another file, whatever the order of its columns"


def test_the_hash_tells_versions_apart(tmp_path: Path) -> None:
    files = {"a.csv": "id,name\n1,a\n", "b.csv": "name,id\na,1\n", "c.csv": "id,name\n1,b\n"}
    first, same, other = (row["_hash"] for row in read_files(tmp_path, files).rows["things"])
    assert first == same != other
    assert min(first, other) >= 0


def test_a_key_of_several_columns(tmp_path: Path) -> None:
    pair = Resource("pair", columns=("a", "b"), key=("a", "b"), required=("a", "b"))
    read = read_files(tmp_path, {"x.csv": "a,b\n1,2\n1,\n"}, (pair,))
    assert read.values("_key", of="pair") == [("1\x1f2",)]
    assert read.reasons == [(3, "key column b is empty")]


@pytest.mark.parametrize("seed", range(12))
def test_any_mix_of_records_blanks_and_bad_rows(tmp_path: Path, seed: int) -> None:
    """Lines, values and refusals are exactly those of the generator that wrote the file."""
    choose = random.Random(seed)
    end = choose.choice(["\n", "\r\n", "\r"])
    text, line = f"id,name,note{end}", 2
    good: list[tuple[int, str, str | None, str | None]] = []
    bad: list[int] = []
    for number in range(60):
        kind = choose.random()
        if kind < 0.1:
            written = ""
        elif kind < 0.2:
            written = choose.choice(["1,2", "9", "1,2,3,4", f'x,"a{end}b"'])
            bad.append(line)
        else:
            name, note = (any_value(choose, end) for _ in range(2))
            good.append((line, str(number), name or None, note or None))
            written = ",".join([str(number), quoted(name), quoted(note)])
        text += written + end
        line += written.count(end) + 1
    read = read_files(tmp_path, {"things.csv": text})
    assert read.values("_line", "id", "name", "note") == good
    assert [row["_line"] for row in read.rejected] == bad


def any_value(choose: random.Random, end: str) -> str:
    pieces = ["x", "", 'y"z', "a,b", '"', "é", "漢", " "]
    return choose.choice(["", end]).join(choose.choice(pieces) for _ in range(choose.randint(0, 4)))


def quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if set(value) & set('",\r\n') else value
