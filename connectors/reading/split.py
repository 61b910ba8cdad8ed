"""Cuts one JSON document into the texts of its records, strictly, one by one. What they mean is not read here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import NoReturn

import orjson

from connectors.reading.exact import check
from connectors.reading.text import Refused

_SPACE = re.compile(r"[ \t\n\r]*")
# Numbers are only measured here, so they need no value (and may have any length).
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_Span = tuple[int, int]


def split_document(
    text: str, page_keys: Collection[str], is_record: Callable[[list[str]], bool]
) -> Iterator[tuple[str, str]]:
    """Yield (page key or "", text of a record): the items of a list, of the lists of a page, or the one value itself.

    An object is a page when it has a list under one of `page_keys` and `is_record(its keys)` says no. Raises Refused
    with line and column where the text is not JSON.
    """
    try:
        start = _after_space(text, 0)
        if text[start : start + 1] == "[":
            spans, end = _items(text, start)
            _expect_end(text, end)
            yield from (("", text[a:b]) for a, b in spans)
        else:
            yield from _object_or_value(text, start, page_keys, is_record)
    except RecursionError:
        raise Refused("not valid JSON: nested too deeply") from None


def _object_or_value(
    text: str, start: int, page_keys: Collection[str], is_record: Callable[[list[str]], bool]
) -> Iterator[tuple[str, str]]:
    if text[start : start + 1] != "{":
        end = _value(text, start)
        _expect_end(text, end)
        yield "", text[start:end]
        return
    keys: list[str] = []
    lists: list[tuple[str, list[_Span]]] = []
    place = _after_space(text, start + 1)
    while text[place : place + 1] != "}":
        if keys:
            place = _after_space(text, _expect(text, place, ","))
        end = _value(text, place) if text[place : place + 1] == '"' else _fail(text, place, "expected a key")
        keys.append(orjson.loads(text[place:end]))
        place = _after_space(text, _expect(text, _after_space(text, end), ":"))
        if keys[-1] in page_keys and text[place : place + 1] == "[":
            spans, end = _items(text, place)
            lists.append((keys[-1], spans))
        else:
            end = _value(text, place)
        place = _after_space(text, end)
    _expect_end(text, place + 1)
    if not lists or is_record(keys):
        yield "", text[start : place + 1]
    for key, spans in lists if not is_record(keys) else ():
        yield from ((key, text[a:b]) for a, b in spans)


def _items(text: str, start: int) -> tuple[list[_Span], int]:
    """The spans of a list's items, and where the list ends."""
    spans: list[_Span] = []
    place = _after_space(text, start + 1)
    while text[place : place + 1] != "]":
        if spans:
            place = _after_space(text, _expect(text, place, ","))
        end = _value(text, place)
        spans.append((place, end))
        place = _after_space(text, end)
    return spans, place + 1


def _value(text: str, start: int) -> int:
    """Where the value that starts here ends; it must be strictly JSON."""
    try:
        _, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        _fail(text, min(error.pos, len(text)), error.msg)
    try:
        check(text[start:end])
    except orjson.JSONDecodeError as error:
        _fail(text, start + error.pos, error.msg)
    return end


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _expect(text: str, place: int, mark: str) -> int:
    if text[place : place + 1] != mark:
        _fail(text, place, f"expected {mark!r}")
    return place + 1


def _expect_end(text: str, place: int) -> None:
    place = _after_space(text, place)
    if place != len(text):
        _fail(text, place, "more text after the end")


def _fail(text: str, place: int, message: str) -> NoReturn:
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    where = "the text ends too early, " if place >= len(text) else ""
    raise Refused(f"not valid JSON at line {line}, column {column}: {where}{message.lower()}", line)
