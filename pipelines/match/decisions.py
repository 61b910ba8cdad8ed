"""The file of people's decisions, `config/match.csv`: read strictly, added to, never rewritten in what it says.

One row per decision that two records are the same or differ; taking one back fills `undone_at` and `undone_by` of its
row. What follows from the decisions belongs to `models/identity`.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from models.policy.loading import PolicyError
from pipelines.rooms import MERGED

NAME = "match.csv"
VERDICTS = ("same", "different")
SHOWN = 10


class NoSuchDecisionError(LookupError):
    """No decision goes by that id, or it was taken back before."""


@dataclass(frozen=True)
class Decision:
    """What somebody decided about two records of one object, named by their source keys; instants are naive UTC."""

    id: str
    object: str
    verdict: str
    left: str
    right: str
    by: str
    decided_at: datetime
    reason: str | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None

    @property
    def is_live(self) -> bool:
        """True until it is taken back."""
        return self.undone_at is None


HEADER = tuple(field.name for field in fields(Decision))


def read(config: Path) -> list[Decision]:
    """The decisions in the order of the file; none where there is no file.

    Raises `PolicyError` that names file and line of every mistake, says what was expected and what to do.
    """
    path = config / NAME
    if not path.exists():
        return []
    try:
        rows = list(_numbered(path.read_text(encoding="utf-8-sig")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PolicyError(f"{path}: not a readable CSV file in UTF-8: {error}. Save it again as such.") from None
    if not rows or tuple(rows[0][1]) != HEADER:
        raise PolicyError(f"{path}:1: the header must be {','.join(HEADER)}. Write it like that, in that order.")
    found, mistakes = _rows(rows[1:])
    if mistakes:
        told = [f"{path}:{line}: {text}" for line, text in mistakes[:SHOWN]]
        more = [f"... and {len(mistakes) - SHOWN} more in this file."] if len(mistakes) > SHOWN else []
        raise PolicyError("\n".join(told + more))
    return found


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text, each with the line it begins on: a text in quotes may go over several."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for row in rows:
        yield line, row
        line = rows.line_num + 1


def _rows(rows: list[tuple[int, list[str]]]) -> tuple[list[Decision], list[tuple[int, str]]]:
    found: list[Decision] = []
    mistakes: list[tuple[int, str]] = []
    for line, row in rows:
        if not any(row):
            continue
        if len(row) != len(HEADER):
            mistakes.append((line, f"{len(row)} values stand here, and {len(HEADER)} are wanted: one per column."))
            continue
        said = dict(zip(HEADER, (value.strip() for value in row), strict=True))
        wrong = [*_wrong(said), *_repeated(said, found)]
        mistakes += [(line, text) for text in wrong]
        if not wrong:
            found.append(_decision(said))
    return found, mistakes


def _wrong(said: dict[str, str]) -> Iterator[str]:
    for name in ("id", "by"):
        if not said[name]:
            yield f"{name} is empty. Say {'what the decision is called' if name == 'id' else 'who decided'}."
    for name, allowed in (("object", MERGED), ("verdict", VERDICTS)):
        if said[name] not in allowed:
            yield f"{name} is {said[name]!r} and must be one of {', '.join(allowed)}."
    for name in ("left", "right"):
        source, mark, record = said[name].partition(":")
        if not (source and mark and record):
            yield f"{name} is {said[name]!r} and must name a record as <source>:<id>, such as acme_crm:1042."
    if said["left"] == said["right"]:
        yield f"left and right are both {said['left']!r}. A decision is about two records."
    instants = {name: _instant(said[name]) for name in ("decided_at", "undone_at")}
    for name, instant in instants.items():
        if instant is None and (said[name] or name == "decided_at"):
            yield f"{name} is {said[name]!r} and must be an instant in UTC such as 2026-06-30T14:05:00Z."
    if bool(said["undone_at"]) != bool(said["undone_by"]):
        yield "undone_at and undone_by go together. Fill both, or neither."
    decided, undone = instants["decided_at"], instants["undone_at"]
    if decided and undone and undone < decided:
        yield "undone_at is before decided_at. Mend the one that is wrong."


def _repeated(said: dict[str, str], found: list[Decision]) -> Iterator[str]:
    if any(one.id == said["id"] for one in found):
        yield f"the id {said['id']!r} stands above already. Give each decision an id of its own."


def _instant(text: str) -> datetime | None:
    """A naive UTC instant from ISO 8601 text with or without an offset; None where it is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _decision(said: dict[str, str]) -> Decision:
    decided = _instant(said["decided_at"])
    assert decided is not None
    texts = {name: said[name] for name in HEADER[:6]}
    reason, undone_by = said["reason"] or None, said["undone_by"] or None
    return Decision(
        **texts, decided_at=decided, reason=reason, undone_at=_instant(said["undone_at"]), undone_by=undone_by
    )


def frame(decisions: list[Decision], known_until: datetime | None = None) -> pl.DataFrame:
    """The decisions as the table `policy.match_decision`: the columns of the file and `place`, the row's place in it.

    `known_until`: as they were known just before that instant (UTC): later ones, and later undoings, are not there.
    """
    if known_until is not None:
        known = [one for one in decisions if one.decided_at < known_until]
        decisions = [
            replace(one, undone_at=None, undone_by=None) if one.undone_at and one.undone_at >= known_until else one
            for one in known
        ]
    instants = ("decided_at", "undone_at")
    schema = {name: pl.Datetime("us") if name in instants else pl.String() for name in HEADER}
    found = pl.DataFrame([astuple(one) for one in decisions], schema=schema, orient="row")
    return found.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64)).select(*HEADER, "place")


# --- writing ---------------------------------------------------------------------------------------------------------


def added(
    decisions: list[Decision], name: str, verdict: str, left: str, right: str, by: str, at: datetime, reason: str | None
) -> list[Decision]:
    """The decisions with one more at their end; its id is the next number."""
    number = 1 + max((int(one.id) for one in decisions if one.id.isdigit()), default=0)
    return [*decisions, Decision(str(number), name, verdict, left, right, by, at, reason)]


def undone(decisions: list[Decision], ids: list[str], by: str, at: datetime) -> list[Decision]:
    """The decisions with some taken back. Raises `NoSuchDecisionError`, before anything is taken back."""
    known = {one.id: one for one in decisions}
    for wanted in ids:
        if wanted not in known:
            raise NoSuchDecisionError(f"No decision has the id {wanted!r}. `rapport match log` lists them.")
        if not known[wanted].is_live:
            raise NoSuchDecisionError(f"Decision {wanted} was taken back before, by {known[wanted].undone_by}.")
    return [replace(one, undone_at=at, undone_by=by) if one.id in ids else one for one in decisions]


@contextmanager
def changing(config: Path) -> Iterator[None]:
    """Keep everybody else from changing the file meanwhile, so that no decision is lost."""
    config.mkdir(parents=True, exist_ok=True)
    folder = os.open(config, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def write(config: Path, decisions: list[Decision]) -> None:
    """Put the decisions into the file, which is swapped in whole."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADER)
    for one in decisions:
        rows.writerow([f"{value.isoformat()}Z" if isinstance(value, datetime) else value for value in astuple(one)])
    draft = config / f".draft-{NAME}"
    draft.write_text(text.getvalue(), encoding="utf-8")
    draft.replace(config / NAME)
