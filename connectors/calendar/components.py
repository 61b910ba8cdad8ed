"""From a calendar file to its components: folded lines joined, begin and end found. What they say is read elsewhere."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from icalendar.parser import Contentline

from connectors.reading.text import from_windows_1252

MAX_PROPERTY_CHARACTERS = 1_000_000
"""What a property has beyond this is cut; only pictures and attachments packed into the text come near it."""
_CHUNK = 1 << 16
_LINE: Callable[[str], Any] = Contentline
_PLAIN = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=[^";:\\^=,]+)*):([^\\]*)')
"""A line without quotes and escapes, as most are: cut here in a tenth of the time the general way takes."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_EDGE = re.compile(r"(BEGIN|END):\s*([^:;\s]+)\s*$", re.IGNORECASE)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass
class Component:
    """A VCALENDAR's own lines, a VEVENT (without what is nested in it) or a whole VTIMEZONE.

    `calendar` numbers the VCALENDARs of the file from 1; 0 is a component outside of any. `problem` says what is wrong
    with where it begins and ends.
    """

    name: str
    line: int
    calendar: int
    lines: list[str] = field(default_factory=list)
    problem: str | None = None


@dataclass(frozen=True)
class Property:
    """One property: upper-case name, parameters by upper-case name, value without escapes."""

    name: str
    parameters: dict[str, str]
    value: str


def properties(component: Component) -> tuple[dict[str, list[Property]], list[str]]:
    """The component's properties by name, in order, and the lines that are none."""
    found: dict[str, list[Property]] = {}
    unreadable = []
    for line in component.lines:
        plain = _PLAIN.fullmatch(line)
        if plain:
            pairs = (pair.split("=", 1) for pair in plain[2].split(";")[1:])
            one = Property(plain[1].upper(), {key.upper(): text for key, text in pairs}, plain[3].strip())
        else:
            try:
                name, parameters, value = _LINE(line).parts()
            except ValueError:
                unreadable.append(line)
                continue
            texts = {key.upper(): text if isinstance(text, str) else ",".join(text) for key, text in parameters.items()}
            one = Property(name.upper(), texts, value.strip())
        found.setdefault(one.name, []).append(one)
    return found, unreadable


def components(path: Path) -> Iterator[Component]:
    """Yield the file's calendars, time zones and events, each once it ends; memory is bounded by one of them.

    What is cut short is yielded with its `problem`. Other kinds of component (tasks, journals, free time) are passed
    over.
    """
    cutter = _Cutter()
    for number, line in _logical_lines(path):
        yield from cutter.take(number, line)
    yield from cutter.finish()


class _Cutter:
    def __init__(self) -> None:
        self._calendars = 0
        self._calendar: Component | None = None
        self._open: Component | None = None
        self._inside: list[str] = []

    def take(self, number: int, line: str) -> Iterator[Component]:
        edge = _EDGE.match(line)
        if edge is None:
            self._keep(line)
            return
        begins, name = edge[1].upper() == "BEGIN", edge[2].upper()
        if name in ("VCALENDAR", "VEVENT") or (name == "VTIMEZONE" and self._open is None):
            yield from self._close("another one begins before it" if begins else "the calendar ends before it", name)
            if name == "VCALENDAR":
                yield from self._turn_calendar(number, begins=begins)
            elif begins:
                self._open = Component(name, number, self._calendars if self._calendar else 0)
        elif name == "VTIMEZONE" and not begins and self._open is not None and self._open.name == name:
            yield from self._close("", name)
        elif self._open is not None:
            self._nest(name, line, begins=begins)

    def finish(self) -> Iterator[Component]:
        yield from self._close("the file ends before it", "")
        yield from self._turn_calendar(0, begins=False)

    def _keep(self, line: str) -> None:
        if self._open is None:
            if self._calendar is not None:
                self._calendar.lines.append(line)
        elif self._open.name == "VTIMEZONE" or not self._inside:
            self._open.lines.append(line)

    def _nest(self, name: str, line: str, *, begins: bool) -> None:
        if self._open is not None and self._open.name == "VTIMEZONE":
            self._open.lines.append(line)
        elif begins:
            self._inside.append(name)
        elif name in self._inside:
            del self._inside[self._inside.index(name) :]

    def _close(self, problem: str, name: str) -> Iterator[Component]:
        if self._open is None:
            return
        ended, self._open, self._inside = self._open, None, []
        if problem and (name != ended.name or "begins" in problem):
            ended.problem = f"{ended.name} has no end: {problem}"
        yield ended

    def _turn_calendar(self, number: int, *, begins: bool) -> Iterator[Component]:
        if self._calendar is not None:
            yield self._calendar
        self._calendar = None
        if begins:
            self._calendars += 1
            self._calendar = Component("VCALENDAR", number, self._calendars)


def _logical_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number of the first physical line and text of each line of content, unfolded; any line ends, any encoding."""
    with path.open("rb") as file:
        is_utf16 = file.read(2) in _UTF16
    parts: list[str] = []
    size, first, number, at_start = 0, 0, 0, True
    # Lines are folded between bytes, also within a letter: they are joined as bytes, one character each, then decoded.
    with path.open(encoding="utf-16" if is_utf16 else "latin-1", errors="replace", newline=None) as text:
        for chunk in iter(lambda: text.readline(_CHUNK), ""):
            number += at_start
            folds = at_start and chunk[:1] in (" ", "\t") and bool(parts)
            if at_start and not folds:
                if parts:
                    yield first, _decoded("".join(parts), is_utf16=is_utf16)
                parts, size, first = [], 0, number
            at_start = chunk.endswith("\n")
            piece = chunk[folds:].rstrip("\n")
            if size < MAX_PROPERTY_CHARACTERS:
                parts.append(piece)
                size += len(piece)
    if parts:
        yield first, _decoded("".join(parts), is_utf16=is_utf16)


def _decoded(line: str, *, is_utf16: bool) -> str:
    if not is_utf16 and not line.isascii():
        data = line.encode("latin-1").removeprefix(codecs.BOM_UTF8)
        try:
            line = data.decode()
        except UnicodeDecodeError:
            line = from_windows_1252(data)
    return _CONTROLS.sub("", line.removeprefix("\ufeff"))
