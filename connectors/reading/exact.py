"""Keeps JSON values exactly as written where DuckDB's parser would change them or be too lenient. Finds no records."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NoReturn

import orjson

# DuckDB re-writes 1.10 as 1.1, 1e5 as 100000.0, -0 as 0, keeps 15 significant digits of a decimal, and accepts NaN,
# Infinity and trailing commas. Text where this expression finds something goes through `as_text`; it may find too much
# (inside a string), never too little. Written for Python's and DuckDB's regular expressions alike.
LOOSE_OR_INEXACT = (
    r"[:\[,]\s*(-?\d+(\.\d+)?[eE]|-?\d+\.\d+0[\s,}\]]|-?\d*\.00000|-?(\d{8,}\.\d{4,}|\d{12,}\.|\d*\.\d{9,})"
    r"|-0[\s,}\]]|-?(NaN|nan|Inf|inf))|,\s*[}\]]"
)


class BrokenRecord(Exception):
    """A record that is not JSON or cannot be stored faithfully; the message is the reason its user sees."""


class _Raw(str):
    """JSON text that is written as it stands."""

    __slots__ = ()


def check(text: str) -> None:
    """Raise orjson.JSONDecodeError, with the position, unless the text is strictly JSON."""
    orjson.loads(text)


def as_text(body: str, flatten: Collection[str]) -> str:
    """Rewrite a JSON object so that every value is a string: numbers as written, lists and objects as JSON text.

    The objects under the keys in `flatten` stay objects, of strings. Text that is no object comes back as it is.
    """
    try:
        check(body)
        record = json.loads(body, parse_float=_Raw, parse_int=_Raw, parse_constant=_refuse, object_pairs_hook=_object)
        if isinstance(record, _Raw) and record.startswith("{"):
            raise BrokenRecord("the same key stands twice in one object")
        if not isinstance(record, dict):
            return body
        texts = {key: _text(value, key in flatten) for key, value in record.items()}
        return orjson.dumps(texts).decode()
    except orjson.JSONDecodeError as error:
        raise BrokenRecord(f"not valid JSON at column {error.colno}: {error.msg}") from error
    except (RecursionError, orjson.JSONEncodeError) as error:
        raise BrokenRecord("the JSON is nested too deeply") from error


def _refuse(word: str) -> NoReturn:
    raise BrokenRecord(f"not valid JSON: {word} is no number")


def _object(pairs: list[tuple[str, Any]]) -> Any:
    """A dict; or, when a key stands twice, the object's text, which loses neither value."""
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    return _Raw("{" + ",".join(f"{_dump(key)}:{_dump(value)}" for key, value in pairs) + "}")


def _text(value: Any, is_flattened: bool) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if is_flattened and isinstance(value, dict):
        return {key: _text(inner, False) for key, inner in value.items()}
    return _dump(value)


def _dump(value: Any) -> str:
    return orjson.dumps(value, default=_write_raw, option=orjson.OPT_PASSTHROUGH_SUBCLASS).decode()


def _write_raw(value: Any) -> orjson.Fragment:
    return orjson.Fragment(str(value))
