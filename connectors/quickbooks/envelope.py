"""Takes off what QuickBooks puts around its records: the API's envelopes, a report's titles and its footer.

What the records are is in `source`; how records are read is in `connectors.reading`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from connectors.reading.containers import is_zip
from connectors.reading.resource import Export, Fit, Resource, recognise
from connectors.reading.session import read_json, write_json
from connectors.reading.text import Refused, readable

DELETED = "Deleted"
"""The list of stubs that the change feed gives for deleted records; each says in `Entity` what it was."""
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_HEADER_WITHIN = 25
_FOOTER = re.compile(r'^"?\s*(?:(?:Accrual|Cash) Basis\b.*|[A-Z][a-z]+day, .*GMT.*)$', re.IGNORECASE)
"""`Accrual Basis Wednesday, September 30, 2026 01:47 PM GMT-05:00` in the last line of a report."""


def without_envelope(export: Export, resources: Sequence[Resource], scratch: Path) -> Export:
    """The export, or one of the same name that reads a copy in `scratch` without what stands around the records.

    Records keep the place in the file that they are known by. What is no envelope and no report is left as it is.
    """
    if export.refusal or export.contents or export.resource or is_zip(export.path):
        return export
    with export.path.open("rb") as file:
        head = file.read(1 << 12)
    if head.startswith((b"\x1f\x8b", b"PAR1")):
        return export
    if _JSON.match(head):
        found = _unwrapped(export.path, {str(resource.records) for resource in resources if resource.records})
        return export if found is None else _copy(export, write_json(found or []), scratch)
    if head.lstrip()[:1] == b"[":
        return export
    try:
        text = readable(export.path, scratch)
    except Refused:
        return export
    lines = _bare(text.path.read_text(encoding="utf-8-sig", errors="surrogateescape"), resources, export.name)
    return export if lines is None else _copy(export, lines.encode("utf-8", "surrogateescape"), scratch)


def _copy(export: Export, content: bytes, scratch: Path) -> Export:
    scratch.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=scratch, suffix=export.path.suffix, delete=False) as file:
        file.write(content)
    return replace(export, path=Path(file.name))


# --- the API's answers -----------------------------------------------------------------------------------------------


def _unwrapped(path: Path, kinds: Iterable[str]) -> dict[str, list[Any]] | None:
    """The lists of an answer by entity, stubs of deleted records apart; None when it is no answer of this API."""
    try:
        document = read_json(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (json.JSONDecodeError, UnicodeDecodeError, ValueError):
        return None  # the reader will say what is wrong with it
    answers = _answers(document, set(kinds))
    if answers is None:
        return None
    found: dict[str, list[Any]] = {}
    for kind, record in answers:
        if isinstance(record, dict) and record.get("status") == DELETED:
            found.setdefault(DELETED, []).append({"Entity": kind, **record})
        else:
            found.setdefault(kind, []).append(record)
    return found


def _answers(document: Any, kinds: set[str]) -> list[tuple[str, Any]] | None:
    """(entity, record) of a query's answer, of the change feed's, or of one record's."""
    if not isinstance(document, dict):
        return None
    if "CDCResponse" in document:
        parts = [part for feed in _listed(document["CDCResponse"]) for part in _listed(feed.get("QueryResponse"))]
    elif "QueryResponse" in document:
        parts = [document["QueryResponse"]]
    elif any(isinstance(document.get(kind), list) for kind in kinds):
        parts = [document]
    elif any(isinstance(document.get(kind), dict) for kind in kinds):
        parts = [{kind: [record] for kind, record in document.items() if isinstance(record, dict)}]
    else:
        return None
    return [
        (kind, record)
        for part in parts
        for kind, records in part.items()
        if isinstance(records, list)
        for record in records
    ]


def _listed(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


# --- reports ---------------------------------------------------------------------------------------------------------


def _bare(text: str, resources: Sequence[Resource], name: str) -> str | None:
    """A report with its titles and its footer blank, each line in its place; None where there is neither."""
    lines = text.splitlines(keepends=True)
    header = _header_line(lines, resources, name)
    if header is None:
        return None
    blank = set(range(header))
    blank |= {at for at in range(max(header + 1, len(lines) - 3), len(lines)) if _FOOTER.match(lines[at])}
    if not blank:
        return None
    return "".join(_end(line) if at in blank else line for at, line in enumerate(lines))


def _header_line(lines: Sequence[str], resources: Sequence[Resource], name: str) -> int | None:
    for at, line in enumerate(lines[:_HEADER_WITHIN]):
        fields = next(csv.reader(io.StringIO(line, newline="")), [])
        if len(fields) > 1 and isinstance(recognise(resources, [field.strip() for field in fields], name), Fit):
            return at
    return None


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
