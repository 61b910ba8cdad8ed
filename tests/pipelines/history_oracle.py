"""Which version of a record stood at a moment, told step by step without any window or join; and random records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.pipelines.version_world import Row, hour


def version(known_from: float, known_to: float | None, changed: float | None, **more: Any) -> Row:
    times = {"known_from": known_from, "known_to": known_to, "updated_at": changed}
    for name in ("created_at", "source_deleted_at", "stood_from", "stood_to"):
        if name in more:
            times[name] = more.pop(name)
    shown = {name: None if value is None else hour(value) for name, value in times.items()}
    return {"source_record_id": "1", **shown, "name": "x", **more}


def stood(mine: list[Row], moment: datetime) -> Row | None:
    """Which of a record's versions stood at a moment: told step by step, as one would with pencil and paper."""
    steps: dict[datetime, tuple[tuple[int, datetime, int], Row | None, bool]] = {}

    def step(at: datetime, rank: tuple[int, datetime, int], row: Row | None, is_deleted: bool = True) -> None:
        if at not in steps or steps[at][0] < rank:
            steps[at] = (rank, row, is_deleted)

    leeway = timedelta(days=1)
    newest = sorted((v for v in mine if v["known_to"] != v["known_from"]), key=lambda v: v["known_from"])
    latest, before = datetime.min, None
    for position, v in enumerate(newest):
        arrived = v["known_from"]
        at = v["updated_at"] if v["updated_at"] and v["updated_at"] <= arrived + leeway else arrived
        if before is not None:
            was_gone = before["known_to"] < arrived and at <= before["known_to"]
            is_back = (
                v["source_deleted_at"] is None and before["source_deleted_at"] and at <= before["source_deleted_at"]
            )
            at = arrived if was_gone or is_back else at
        deleted = v["source_deleted_at"]
        goes = deleted if deleted and at < deleted <= arrived + leeway else None
        start = max(at, latest)
        step(start, (2, arrived, 1), v, not (goes and goes > start))
        if goes and goes > start:
            step(goes, (2, arrived, 2), v)
        latest = max(latest, at, goes or at)
        following = newest[position + 1] if position + 1 < len(newest) else None
        if v["known_to"] is not None and (following is None or following["known_from"] != v["known_to"]):
            step(max(v["known_to"], start, goes or start), (2, arrived, 3), None)
            latest = max(latest, v["known_to"])
        before = v
    firm = dict(steps)
    last = max(firm, default=None)
    for v in (v for v in mine if v["known_to"] == v["known_from"]):
        at, arrived, deleted = v["updated_at"] or v["stood_from"], v["known_from"], v["source_deleted_at"]
        if at > arrived + leeway or (last is not None and at >= last):
            continue
        goes = deleted if deleted and at < deleted <= arrived + leeway else None
        step(at, (1, arrived, 4), v, not goes)
        if goes and (v["stood_to"] is None or goes < v["stood_to"]) and (last is None or goes < last):
            step(goes, (1, arrived, 5), v)
        if v["stood_to"] and v["stood_to"] > at:
            under = [t for t in firm if t <= v["stood_to"]]
            _, row, is_deleted = firm[max(under)] if under else ((), None, True)
            step(v["stood_to"], (0, arrived, 0), row, is_deleted)
    times = sorted(steps)
    if not times:
        return None
    first = steps[times[0]][1]
    if first and first["created_at"] and first["created_at"] <= moment < times[0]:
        return {**first, "source_deleted_at": first["source_deleted_at"] if steps[times[0]][2] else None}
    passed = [at for at in times if at <= moment]
    if not passed or steps[passed[-1]][1] is None:
        return None
    _, row, is_deleted = steps[passed[-1]]
    assert row is not None
    return {**row, "source_deleted_at": row["source_deleted_at"] if is_deleted else None}


NAMES = st.sampled_from(["Acme", "Beta"])
TIMES = st.one_of(st.none(), st.integers(0, 60), st.just(400))


@st.composite
def record(draw: st.DrawFn, source: str, number: int) -> list[Row]:
    """A record's versions: those that were its newest in turn, with times when it was none, and some that came late."""
    loads = sorted(draw(st.sets(st.integers(10, 50), min_size=1, max_size=4)))
    created = draw(st.one_of(st.none(), st.integers(0, 30)))
    rows = []
    for position, known_from in enumerate(loads):
        following = loads[position + 1] if position + 1 < len(loads) else None
        open_end = following if following is not None else None
        known_to = draw(st.sampled_from([open_end, open_end, known_from + 0.5]))
        rows.append(version(known_from, known_to, draw(TIMES), name=draw(NAMES)))
    for known_from in draw(st.sets(st.integers(20, 60), max_size=2)):
        changed = draw(st.integers(0, 60))
        stood_to = draw(st.one_of(st.none(), st.integers(0, 60)))
        rows.append(version(known_from + 0.25, known_from + 0.25, changed, name=draw(NAMES), stood_to=stood_to))
    for row in rows:
        row |= {"source_system": source, "source_record_id": str(number), "city": draw(st.sampled_from(["Ulm", None]))}
        row["created_at"] = None if created is None else hour(created)
        deleted = draw(st.one_of(st.none(), st.none(), st.integers(0, 60)))
        row["source_deleted_at"] = None if deleted is None else hour(deleted)
    return rows


@st.composite
def world(draw: st.DrawFn) -> tuple[list[Row], Row]:
    """Records of two sources, and which golden company each is of; some are of none."""
    keys = [("hubspot", 1), ("hubspot", 2), ("stripe", 1), ("stripe", 2)]
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=4, unique=True))
    rows = [row for source, number in chosen for row in draw(record(source, number))]
    links = {f"{source}:{number}": draw(st.sampled_from(["g1", "g1", "g2", None])) for source, number in chosen}
    return rows, links
