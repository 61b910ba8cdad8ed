"""What `explaining_health` found, in plain English; nothing is looked up or computed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.tables.saying import capital, words

SHOWN = 4
"""Rows told of a sign; how many more there are is said."""
SOUND = 100
"""A sign with so many points is told in its good words, which do not name its value."""
MINUS = "−"


def text(found: Mapping[str, Any]) -> str:
    """Everything that was found, to be read aloud; what does not add up stands first."""
    loud = [f"THIS DOES NOT ADD UP: {problem}" for problem in found["problems"]]
    parts = ["\n".join(loud), headline(found), "\n".join(_signs(found)), "\n".join(_change(found))]
    if found["bands"]:
        parts.append("\n".join(["Bands it came into, and held:", *(f"  {_band(row)}" for row in found["bands"])]))
    if found["backtest"]:
        parts.append(f"How far to trust it:\n  {found['backtest']}")
    return "\n\n".join(part for part in parts if part)


def headline(found: Mapping[str, Any]) -> str:
    """Whose health it is, how good, and how much of what there is to know is known."""
    day = found["days"][1]
    known = (
        f"{len(found['signs'])} signs are known, with {day['coverage']:.0%} of all weight (profile {day['profile']})"
    )
    who = f"{found['name']} ({found['company_id']})"
    left = "" if found["last_on"] == found["as_of"] else " They are no customer any more."
    if day["score"] is None:
        return f"{who} has no health score on {_date(found['to_on'])}: too little is known. {capital(known)}.{left}"
    return f"{who}: health {day['score']:.2f} of 100 on {_date(found['to_on'])}, {words(day['band'])}. {known}.{left}"


def meaning(sign: Mapping[str, Any]) -> str:
    """What a sign says, and its value where the words do not name it."""
    told: str = sign["words"]
    if sign["points"] < SOUND:
        return told
    value = f"{100 * sign['raw_value']:.0f} %" if sign["is_share"] else _plain(sign["raw_value"])
    return f"{told} ({value.replace('-', MINUS)})"


def _signs(found: Mapping[str, Any]) -> Iterator[str]:
    yield "What it is made of, what costs most first:"
    for sign in found["signs"]:
        yield f"  {words(sign['factor'])}: {meaning(sign)}"
        lost = sign["points_lost"]
        part = f" = {sign['contribution']:.2f}, {lost:.2f} lost" if sign["contribution"] is not None else ""
        yield f"    {_plain(sign['points'])} points, weight {_plain(sign['weight'])}{part}"
        yield from (f"    {_row(row)}" for row in sign["rows"][:SHOWN])
        if len(sign["rows"]) > SHOWN:
            yield f"    and {len(sign['rows']) - SHOWN} more"


def _row(row: Mapping[str, Any]) -> str:
    when = f", {_date(row['happened_at'])}" if row["happened_at"] else ""
    title = f": {' '.join(row['title'].split())}" if row["title"] else ""
    place = row["place"] or f"{row['source_system']} {row['source_record_id']}"
    mark = "! " if row["is_against"] else "  "
    return f"{mark}{capital(words(row['object']))}{when}{title}  [{place}]"


def _change(found: Mapping[str, Any]) -> Iterator[str]:
    before, now = found["days"]
    since = _date(found["from_on"])
    if before is None or before["score"] is None or now["score"] is None:
        yield f"There is no score on {since} to compare with." if now["score"] is not None else ""
        return
    if not found["change"]:
        yield f"Nothing changed since {since}."
        return
    moved = now["score"] - before["score"]
    yield f"What changed since {since}: {before['score']:.2f} to {now['score']:.2f}, {_signed(moved)}."
    for theme in found["themes"]:
        yield f"  {_signed(theme['change'])} {theme['theme']}"
        for part in found["change"]:
            if part["theme"] == theme["theme"]:
                yield f"    {_signed(part['change'])} {words(part['factor'])}: {_moved(part)}"


def _moved(part: Mapping[str, Any]) -> str:
    before, after = part["points_before"], part["points_after"]
    if before is None:
        return f"known since, with {_plain(after)} points"
    if after is None:
        return f"not known any more; it had {_plain(before)} points"
    if before == after:
        return f"{_plain(after)} points as before, but others came or went beside it"
    return f"{_plain(before)} to {_plain(after)} points"


def _band(row: Mapping[str, Any]) -> str:
    scores = f"{row['score_before']:.2f} to {row['score']:.2f}"
    return (
        f"{_date(row['changed_on'])}: {words(row['from_band'])} to {words(row['to_band'])} ({scores}), {row['cause']}"
    )


def _plain(value: Decimal) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _signed(value: Decimal) -> str:
    return f"{value:+.2f}".replace("-", MINUS)


def _date(value: date) -> str:
    return f"{value:%-d %b %Y}"
