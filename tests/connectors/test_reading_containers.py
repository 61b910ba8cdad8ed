"""ZIP archives: their members are deliveries of their own, within limits, and nothing evil in a name comes through."""

from __future__ import annotations

import io
import random
import stat
import struct
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
import xlsxwriter

from connectors.reading import containers
from tests.connectors.reading_files import read_files


def archive(members: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def workbook(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Things")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def test_members_are_read_as_files_of_a_folder(tmp_path: Path) -> None:
    members = {
        "b/things.csv": "id,name\n1,a\n",
        "things.json": '[{"id": 2}]',
        "old\\things.csv": "id,name\n3,c\n\n4,d\n",
        "book.xlsx": workbook([["id", "name"], ["5", "e"]]),
        "empty/": b"",
        "__MACOSX/b/._things.csv": b"\0\1",
        ".DS_Store": b"\0",
        "half.csv.part": b"id\n9\n",
    }
    read = read_files(tmp_path, {"week.zip": archive(members)}, known=())
    assert sorted(read.values("id")) == [("1",), ("2",), ("3",), ("4",), ("5",)]
    assert read.booked == {
        "week.zip": "an archive of 4 files",
        "week.zip/b/things.csv": "",
        "week.zip/book.xlsx": "",
        "week.zip/old/things.csv": "",
        "week.zip/things.json": "",
    }
    lines = {row["id"]: row["_line"] for row in read.rows["things"]}
    assert lines == {"1": 2, "2": 1, "3": 2, "4": 4, "5": 2}


def test_a_member_is_known_by_what_it_says(tmp_path: Path) -> None:
    members = {"a.csv": "id\n1\n", "b.csv": "id\n2\n", "again.csv": "id\n1\n"}
    read = read_files(tmp_path, {"week.zip": archive(members)}, known=())
    assert read.values("id") == [("1",), ("2",)], "the same content twice is read once"
    known = {sha256(b"id\n1\n").hexdigest()}
    read = read_files(tmp_path, {"week.zip": archive(members)}, known=known)
    assert read.values("id") == [("2",)]
    assert read.booked["week.zip"] == "an archive of 3 files, 2 of them known"


def evil_names() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("/etc/passwd.csv", "C:\\x.csv", "\\\\host\\x.csv", "../up.csv", "a/../../up.csv", "bad\x07.csv"):
            packed.writestr(zipfile.ZipInfo(name), "id\n1\n")
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
        packed.writestr("good.csv", "id\n7\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            packed.writestr("good.csv", "id\n8\n")
    return out.getvalue()


def test_evil_names_are_refused_and_told(tmp_path: Path) -> None:
    read = read_files(tmp_path, {"evil.zip": evil_names()}, known=())
    assert read.values("id") == [("7",)]
    root, out = "a name from the root of a disk may not stand in an archive", "a name that leads out of the archive"
    assert read.booked["evil.zip/etc/passwd.csv"] == root
    assert read.booked["evil.zip/C:/x.csv"] == root
    assert read.booked["evil.zip/host/x.csv"] == root
    assert read.booked["evil.zip/../up.csv"].startswith(out)
    assert read.booked["evil.zip/a/../../up.csv"].startswith(out)
    assert read.booked["evil.zip/bad\x07.csv"] == "its name holds control characters"
    assert read.booked["evil.zip/link.csv"] == "it is a link to another file"
    assert "its name stands twice in the archive" in [reason for _, reason in read.reasons]
    assert not list(tmp_path.rglob("up.csv"))


def test_packed_once_more_is_refused(tmp_path: Path) -> None:
    members = {"in.zip": archive({"a.csv": "id\n1\n"}), "in.csv.gz": b"\x1f\x8b\x08" + bytes(9), "b.csv": "id\n2\n"}
    read = read_files(tmp_path, {"out.zip": archive(members)}, known=())
    assert read.values("id") == [("2",)]
    assert read.booked["out.zip/in.zip"].startswith("an archive inside an archive is not read")
    assert read.booked["out.zip/in.csv.gz"].startswith("a compressed file inside an archive is not read")
    (reason,) = read_files(tmp_path, {"direct.zip": archive({"a.csv": "id\n1\n"})}).booked.values()
    assert reason.startswith("a ZIP archive that is packed once more is not read")


def test_a_password_is_told(tmp_path: Path) -> None:
    data = bytearray(archive({"a.csv": "id\n1\n"}, zipfile.ZIP_STORED))
    for place in (6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    read = read_files(tmp_path, {"secret.zip": bytes(data)}, known=())
    assert read.booked["secret.zip/a.csv"] == "it is protected by a password; export the archive without one"


def test_bombs_are_refused_before_they_go_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "GZIP_FREE_BYTES", 1 << 20)
    monkeypatch.setattr(containers, "MAX_MEMBERS", 3)
    bomb = archive({"a.csv": b"id\n" + b"1\n" * 3_000_000})
    many = archive({f"{number}.csv": "id\n1\n" for number in range(4)})
    read = read_files(tmp_path, {"bomb.zip": bomb, "many.zip": many}, known=())
    assert read.booked["bomb.zip"].startswith("the archive unpacks to 6,000,003 bytes, more than 1,048,576 (100 times")
    assert read.booked["many.zip"] == "the archive holds 4 files, more than 3"
    assert not [path for path in tmp_path.rglob("members/*") if path.is_file()]


def test_a_member_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    data = bytearray(archive({"a.csv": b"id\n" + b"1\n" * 5000, "b.csv": "id\n2\n"}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + offset
        data[place : place + 4] = struct.pack("<I", 100)
    read = read_files(tmp_path, {"liar.zip": bytes(data)}, known=())
    assert read.booked["liar.zip/a.csv"].startswith("the archive is damaged here: Bad CRC-32")
    assert read.values("id") == [("2",)]


def test_damage_is_told(tmp_path: Path) -> None:
    whole = archive({"a.csv": random.Random(1).randbytes(9000), "b.csv": "id\n1\n"})
    mangled = whole[:2000] + bytes(3000) + whole[5000:]
    read = read_files(tmp_path, {"cut.zip": whole[:5000], "mangled.zip": mangled, "none.zip": archive({})}, known=())
    assert read.booked["cut.zip"].startswith("the ZIP archive is damaged or cut short")
    assert read.booked["mangled.zip/a.csv"].startswith("the archive is damaged here")
    assert read.booked["none.zip"] == "an archive of 0 files"
    assert read.values("id") == [("1",)]


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("word/document.xml", "a Word document"),
        ("xl/workbook.bin", "a binary workbook"),
        ("mimetype", "an OpenDocument"),
    ],
)
def test_other_documents_are_refused_by_name(tmp_path: Path, member: str, words: str) -> None:
    content = archive({member: "application/vnd.oasis.opendocument.spreadsheet", "other.xml": "<a/>"})
    read = read_files(tmp_path, {"file.x": content}, known=())
    assert read.booked["file.x"].startswith(words)
    assert "export CSV, JSON, Parquet or XLSX" in read.booked["file.x"]
