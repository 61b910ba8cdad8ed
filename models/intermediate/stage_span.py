"""On which days each rule of the value path holds for a person. Which stage that makes is `stage_stretch`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby

import polars as pl

INPUTS = ("intermediate.rule_evidence",)
SCHEMA = {
    "contact_id": pl.String(),
    "rule": pl.String(),
    "stage": pl.String(),
    "from_on": pl.Date(),
    "to_on": pl.Date(),
}
PLACES = 9
"""What counts is compared with what is needed to so many places: a sum that comes to it does, however it was added."""
EPOCH = date(1970, 1, 1)
Piece = tuple[int, int, int, float]
"""Day it happened, first day it counts, first day it does not any more (days since 1970), strength."""


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per contact, rule and unbroken run of days [from_on, to_on) on which what counts comes to what is needed.

    What happens after the last piece of evidence is known too: `to_on` may lie ahead.
    """
    columns = ("contact_id", "rule", "stage", "needed", "half_life_days")
    days = [pl.col(name).cast(pl.Int32) for name in ("occurred_on", "from_on", "to_on")]
    pieces = (
        frames["intermediate.rule_evidence"]
        .select(*columns, *days, pl.col("strength").cast(pl.Float64))
        .sort("contact_id", "rule", "from_on", "to_on", "occurred_on", "strength")
    )
    rows = [
        (contact_id, rule, stage, _day(from_no), _day(to_no))
        for (contact_id, rule, stage, needed, half_life), group in groupby(pieces.iter_rows(), lambda row: row[:5])
        for from_no, to_no in held([row[5:] for row in group], float(needed), half_life)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def held(pieces: Iterable[Piece], needed: float, half_life: int | None) -> Iterator[tuple[int, int]]:
    """The runs of days [first, end) on which the pieces come to `needed`; each halves in `half_life` days or never."""
    changes: dict[int, list[tuple[float, int]]] = {}
    for day, first, end, strength in pieces:
        changes.setdefault(first, []).append((strength * _left(first - day, half_life), 1))
        changes.setdefault(end, []).append((-strength * _left(end - day, half_life), -1))
    days = sorted(changes)
    total, count = 0.0, 0
    begun: int | None = None
    for day, following in zip(days, [*days[1:], days[-1]], strict=True):
        total += sum(amount for amount, _ in changes[day])
        count += sum(step for _, step in changes[day])
        total = total if count else 0.0
        end = _falls(total, needed, half_life, day, following)
        if end > day and begun is None:
            begun = day
        if end < following or day == days[-1]:
            if begun is not None:
                yield begun, end
            begun = None
        total *= _left(following - day, half_life)


def _falls(total: float, needed: float, half_life: int | None, day: int, following: int) -> int:
    """The first day from `day` on which too little is left of `total`; `following` where that is not before it."""
    low, high = day, following
    while low < high:
        middle = (low + high) // 2
        if round(total * _left(middle - day, half_life), PLACES) >= needed:
            low = middle + 1
        else:
            high = middle
    return low


def _left(days: int, half_life: int | None) -> float:
    return 1.0 if half_life is None else float(2.0 ** (-days / half_life))


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)
