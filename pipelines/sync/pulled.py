"""What reading an API leaves behind, in the order that loses nothing: first files of the inbox, then cursors.

Here belong the files, the cursors and the lock. What is asked and how errors are told belongs to `pull`.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from connectors.reading.api import Record
from connectors.reading.resource import API_FOLDER, WHOLE
from connectors.reading.session import read_json, write_json
from pipelines.home import Home
from pipelines.warehouse import WarehouseBusyError

PART = ".part"
"""The suffix of files that are being written; the inbox leaves them alone."""


@contextmanager
def only_pull(home: Home) -> Iterator[None]:
    """Keep other processes of this home from reading the APIs meanwhile. Raises `WarehouseBusyError` at once."""
    path = home.work / "pull.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WarehouseBusyError(
                "The APIs are being read by another process. Wait until it is done, or sync with --files-only."
            ) from None
        yield


@dataclass
class _Part:
    file: BinaryIO
    path: Path
    records: int = 0


class Outbox:
    """The files of one pull of one source: hidden while they are written, put into the inbox when they are whole."""

    def __init__(self, home: Home, source: str, started: datetime) -> None:
        self._folder = home.inbox / source / API_FOLDER
        self._stem = f"{started:%Y%m%dT%H%M%SZ}"
        self._parts: dict[str, _Part] = {}
        for left in self._folder.glob(f"*/.*{PART}"):  # by a pull that was killed; the pull lock is held
            left.unlink()

    @property
    def waiting(self) -> int:
        """Records that are written and not in the inbox yet."""
        return sum(part.records for part in self._parts.values())

    def put(self, name: str, record: Record) -> None:
        """Write one record as a line of the dlt resource's file."""
        part = self._parts.get(name) or self._open(name)
        part.file.write(write_json(record) + b"\n")
        part.records += 1

    def publish(self, whole: Collection[str] = ()) -> None:
        """Put what is written into the inbox; of the `whole` resources these are all the records there are."""
        for name, part in self._parts.items():
            kind = name.partition("__")[2]
            self._put_in(part, WHOLE if name in whole else f"-{kind}" if kind else "")
        self._parts.clear()

    def close(self) -> None:
        """Give up what is not in the inbox."""
        for part in self._parts.values():
            part.file.close()
            part.path.unlink()
        self._parts.clear()

    def _open(self, name: str) -> _Part:
        folder = self._folder / name.partition("__")[0]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f".{name}{PART}"
        part = self._parts[name] = _Part(path.open("wb"), path)
        return part

    def _put_in(self, part: _Part, mark: str) -> None:
        """Give a file its name in the inbox, unless it says what the newest of its kind there says."""
        folder = part.path.parent
        files = sorted(path for path in folder.glob("[!.]*.jsonl") if re.search(rf"-\d+{mark}\.jsonl$", path.name))
        part.file.flush()
        if files and filecmp.cmp(part.path, files[-1], shallow=False):
            part.file.close()
            part.path.unlink()
            return
        while any(filecmp.cmp(part.path, file, shallow=False) for file in files):
            part.file.write(b"\n")  # what was so before, and then was not, is news; the inbox knows files by content
            part.file.flush()
        os.fsync(part.file.fileno())
        part.file.close()
        taken = [int(path.name.removeprefix(f"{self._stem}-")[:6]) for path in folder.glob(f"{self._stem}-*")]
        number = max(taken, default=0) + 1
        part.path.rename(folder / f"{self._stem}-{number:06}{mark}.jsonl")
        _settle(folder)


def _settle(folder: Path) -> None:
    """Have the folder's names on disk, because a cursor that is stored next says that its files are there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass
class Cursors:
    """How far each dlt resource of a source has been read: dlt's own state of it, and a few words for people."""

    path: Path
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, home: Home, source: str) -> Cursors:
        """What the last pull kept; nothing before the first."""
        path = home.work / "api" / f"{source}.json"
        return cls(path, read_json(path.read_bytes()) if path.exists() else {})

    def state(self, source: str, names: Iterable[str]) -> dict[str, Any]:
        """A pipeline state in dlt's form that holds these resources as they were kept."""
        held = {name: deepcopy(self.kept[name]["dlt"]) for name in names if self.kept.get(name, {}).get("dlt")}
        return {"sources": {source: {"resources": held}}}

    def keep(self, source: str, names: Iterable[str], state: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        """Take these resources' state over, with facts about the pull, and write it down."""
        resources = state["sources"].get(source, {}).get("resources", {})
        for name in names:
            self.kept[name] = {**self.kept.get(name, {}), **facts, "dlt": deepcopy(resources.get(name, {}))}
        self._write()

    def forget(self, names: Iterable[str]) -> None:
        """Have these resources read from their first value again."""
        for name in names:
            self.kept.get(name, {}).pop("dlt", None)
        self._write()

    def value(self, name: str) -> str | None:
        """The kept cursor value of a resource, as text."""
        incremental = self.kept.get(name, {}).get("dlt", {}).get("incremental", {})
        values = [found.get("last_value") for found in incremental.values()]
        return next((str(value) for value in values if value is not None), None)

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(write_json(self.kept))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        _settle(self.path.parent)
