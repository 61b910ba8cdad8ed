"""A few rows of an export as the sample of a new connector, with nobody's name in them.

Rows are chosen so that every mapped column is filled somewhere and what they reference is there too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import polars as pl

from pipelines.new_source.profiling import Looks
from pipelines.new_source.proposing import Match, Proposal, fields_of

ROWS = 5
"""Rows that a sample has, before those that others reference."""
_NAMES = {"company": ("name", "legal_name", "website"), "company_domain": ("domain",)}
"""What tells who somebody is without being about a person."""


def samples(proposals: Sequence[Proposal]) -> dict[str, str]:
    """For each export the text of its sample, a CSV file, by the file's name."""
    chosen = [_chosen(proposal) for proposal in proposals]
    for proposal, rows in zip(proposals, list(chosen), strict=True):
        for match in proposal.matches:
            values = proposal.export.rows[sorted(rows)][match.column.column].drop_nulls().unique()
            _add_referenced(match, values, proposals, chosen)
    masks = _Masks()
    return {
        f"{proposal.export.name}.csv": _text(proposal, proposal.export.rows[sorted(numbers)], masks)
        for proposal, numbers in zip(proposals, chosen, strict=True)
    }


def _chosen(proposal: Proposal) -> set[int]:
    """The numbers of the first rows that fill a mapped column which none before them fills, then simply the first."""
    rows = proposal.export.rows
    numbers: set[int] = set()
    for match in proposal.matches:
        filled = rows[match.column.column].is_not_null().arg_true().to_list()
        if filled and numbers.isdisjoint(filled):
            numbers.add(filled[0])
    for number in range(rows.height):
        if len(numbers) < ROWS:
            numbers.add(number)
    return numbers


def _add_referenced(match: Match, values: pl.Series, proposals: Sequence[Proposal], chosen: Sequence[set[int]]) -> None:
    """Add rows of the other exports that these values of a reference name."""
    target = fields_of(match.object)[match.field].references
    for other, picked in zip(proposals, chosen, strict=True):
        if other.object == target and len(other.key) == 1:
            keys = other.export.rows[other.key[0].column]
            picked.update(keys.is_in(values.implode()).arg_true().to_list()[:ROWS])


class _Masks:
    """The same stand-in for the same value, wherever it stands."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def of(self, column: Looks, what: str, value: str) -> str:
        """What stands for a value of a kind."""
        kind = column.kind if column.kind in ("email", "phone", "domain", "url") else what
        if (kind, value) not in self._known:
            number = self._counts[kind] = self._counts.get(kind, 0) + 1
            shapes = {
                "email": f"person{number}@mail.example",
                "phone": f"+1 202 555 {100 + number:04d}",
                "domain": f"company{number}.example",
                "url": f"https://company{number}.example",
            }
            self._known[(kind, value)] = shapes.get(kind, f"{what.replace('_', ' ').capitalize()} {number}")
        return self._known[(kind, value)]


def _text(proposal: Proposal, rows: pl.DataFrame, masks: _Masks) -> str:
    """The rows as CSV: mapped columns as they are or masked, all others empty."""
    by_column = {match.column.column: match for match in proposal.matches}
    keys = {column.column for column in proposal.key}
    out = io.StringIO()
    mark = ";" if any(column.decimal == "," for column in proposal.export.columns) else ","
    writer = csv.writer(out, delimiter=mark, lineterminator="\n")
    writer.writerow([column.header for column in proposal.export.columns])
    for row in rows.to_dicts():
        cells = []
        for column in proposal.export.columns:
            match, value = by_column.get(column.column), row[column.column]
            if value is None or (match is None and column.column not in keys):
                cells.append("")
            elif column.kind == "email" or (match and _tells_who(match)):
                cells.append(masks.of(column, match.field if match else "id", value))
            else:
                cells.append(value)
        writer.writerow(cells)
    return out.getvalue()


def _tells_who(match: Match) -> bool:
    field = fields_of(match.object)[match.field]
    return (field.personal and not field.references) or match.field in _NAMES.get(match.object, ())
