"""Deliveries that hold others: the members of ZIP archives, the sheets of workbooks. What they say is read elsewhere.

Each becomes a delivery of its own, named as a file in a folder of the archive's name and known by its own content: what
is in next week's archive again is not read again, and one unreadable member keeps no other out.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from zipfile import BadZipFile, ZipFile, ZipInfo

from connectors.reading.resource import Export
from connectors.reading.text import BLOCK, GZIP_FREE_BYTES, GZIP_RATIO, Refused
from connectors.reading.workbook import filled_sheets, is_workbook

MAX_MEMBERS = 10_000
MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
"""How a ZIP archive begins; the second is an empty one."""
PARTIAL = (".part", ".tmp", ".crdownload")
"""Suffixes of files that are still being written."""
_NESTED = {
    b"PK\x03\x04": "an archive inside an archive is not read; put it into the inbox by itself",
    b"\x1f\x8b": "a compressed file inside an archive is not read; put it into the inbox by itself",
    b"7z\xbc\xaf\x27\x1c": "an archive inside an archive is not read; put it into the inbox by itself",
    b"Rar!": "an archive inside an archive is not read; put it into the inbox by itself",
}
_FOREIGN = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "xl/workbook.bin": "a binary workbook (XLSB)",
}
_SYMLINK = 0o120000


def expand(exports: Iterable[Export], folder: Path, known: Collection[str]) -> list[Export]:
    """The exports and, after each that is an archive or a workbook of several sheets, what it holds and is not known.

    Members are streamed into `folder` under numbers, never under their own names. Those that cannot be read carry the
    reason as their `refusal`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Export] = {}
    for export in exports:
        for each in _expanded(export, folder, known):
            found.setdefault(each.delivery_id, each)
    return list(found.values())


def is_zip(path: Path) -> bool:
    """Whether a file is a ZIP archive, which workbooks are too."""
    with path.open("rb") as file:
        return file.read(4) in MAGIC


def _expanded(export: Export, folder: Path, known: Collection[str]) -> list[Export]:
    if not is_zip(export.path):
        return [export]
    try:
        with ZipFile(export.path) as archive:
            names = archive.namelist()
            if is_workbook(names):
                return _sheets(export)
            foreign = next((kind for name, kind in _FOREIGN.items() if name in names), None)
            if "mimetype" in names and archive.read("mimetype")[:40].startswith(b"application/vnd.oasis"):
                foreign = "an OpenDocument file"
            if foreign:
                raise Refused(f"{foreign} cannot be read; export CSV, JSON, Parquet or XLSX")
            members = list(_members(archive, export, folder))
    except Refused as refusal:
        return [replace(export, refusal=str(refusal))]
    except (BadZipFile, OSError, zlib.error, EOFError) as error:
        return [replace(export, refusal=f"the ZIP archive is damaged or cut short: {error}")]
    new = [member for member in members if member.delivery_id not in known]
    seen = f", {len(members) - len(new)} of them known" if len(new) < len(members) else ""
    held = replace(export, contents=f"an archive of {len(members)} files{seen}")
    return [held, *(each for member in new for each in _inside(member))]


def _inside(member: Export) -> list[Export]:
    """A member of an archive, or the sheets of one that is a workbook."""
    return _expanded(member, member.path.parent, ()) if member.refusal is None else [member]


def _sheets(export: Export) -> list[Export]:
    """A workbook, and its sheets where several hold something. Raises Refused."""
    shown, hidden = filled_sheets(export.path)
    if not shown:
        return [replace(export, contents="a workbook without a visible sheet that holds something")]
    if len(shown) == 1 and not hidden:
        return [replace(export, sheet=shown[0])]
    held = f"a workbook of {len(shown)} sheets" + (f"; hidden and not read: {', '.join(hidden)}" if hidden else "")
    sheets = [
        replace(
            export,
            name=f"{export.name}/{name}",
            delivery_id=_digest(f"{export.delivery_id}/{name}".encode()),
            sheet=name,
        )
        for name in shown
    ]
    return [replace(export, contents=held), *sheets]


# --- members of an archive -------------------------------------------------------------------------------------------


def _members(archive: ZipFile, export: Export, folder: Path) -> Iterator[Export]:
    """Every file of an archive by its name; raises Refused when there are too many or they are too large."""
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_hidden(_posix(info.filename))]
    limit = max(GZIP_FREE_BYTES, GZIP_RATIO * export.path.stat().st_size)
    size = sum(info.file_size for info in infos)
    if len(infos) > MAX_MEMBERS:
        raise Refused(f"the archive holds {len(infos):,} files, more than {MAX_MEMBERS:,}")
    if size > limit:
        raise Refused(f"the archive unpacks to {size:,} bytes, more than {limit:,} ({GZIP_RATIO} times its size)")
    taken: set[str] = set()
    for info in sorted(infos, key=lambda info: info.filename):
        name = _posix(info.filename)
        reason = _evil(info, name) or ("its name stands twice in the archive" if name in taken else None)
        taken.add(name)
        yield _member(archive, info, export, folder, name, reason)


def _member(archive: ZipFile, info: ZipInfo, export: Export, folder: Path, name: str, reason: str | None) -> Export:
    """One member as a delivery: streamed out, or with the reason why not."""
    shown = f"{export.name}/{name.strip('/')}"
    path, sha = export.path, _digest(f"{export.delivery_id}/{info.header_offset}".encode())
    if reason is None:
        try:
            path, sha = _streamed(archive, info, folder)
            reason = _nested(path)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            reason = f"the archive is damaged here: {error}"
    return Export(path, shown, sha, refusal=reason)


def _streamed(archive: ZipFile, info: ZipInfo, folder: Path) -> tuple[Path, str]:
    """Write a member's bytes to a file; gives it and their SHA-256. What is longer than it says fails its checksum."""
    digest = hashlib.sha256()
    with archive.open(info) as packed, NamedTemporaryFile(dir=folder, delete=False) as out:
        while block := packed.read(BLOCK):
            digest.update(block)
            out.write(block)
    return Path(out.name), digest.hexdigest()


def _evil(info: ZipInfo, name: str) -> str | None:
    """Why a member must not be read, by what the archive says of it."""
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return "a name from the root of a disk may not stand in an archive"
    if ".." in PurePosixPath(name).parts:
        return "a name that leads out of the archive may not stand in it"
    if not name.isprintable():
        return "its name holds control characters"
    if info.external_attr >> 16 & 0o170000 == _SYMLINK:
        return "it is a link to another file"
    if info.flag_bits & 1:
        return "it is protected by a password; export the archive without one"
    return None


def _nested(path: Path) -> str | None:
    """Why a streamed member is not read: it is packed once more. A workbook is none of that."""
    with path.open("rb") as file:
        head = file.read(8)
    reason = next((reason for mark, reason in _NESTED.items() if head.startswith(mark)), None)
    if reason and head.startswith(MAGIC[0]):
        try:
            with ZipFile(path) as inner:
                return None if is_workbook(inner.namelist()) else reason
        except BadZipFile:
            return reason
    return reason


def _posix(name: str) -> str:
    return name.replace("\\", "/")


def _is_hidden(name: str) -> bool:
    """What an inbox leaves alone: hidden files, Apple's attachments to files, files that are being written."""
    parts = PurePosixPath(name).parts
    is_hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return is_hidden or PurePosixPath(name).suffix.lower() in PARTIAL


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
