"""The command `rapport compare`: what was typed, and what is printed. What is told belongs to `comparing`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.console import HomeOption, JsonOption, err, find_home, month, out, print_json, refuse, spoken

SHOWN = 40
"""So many rows are printed; a file takes all."""


def compare(
    policy: Annotated[list[str], typer.Option(help="A set of rules; twice: from which one, to which one.")],
    company: Annotated[str | None, typer.Option(help="Only this company: its name, golden id or domain.")] = None,
    month: Annotated[datetime | None, typer.Option(parser=month, help="Only this month, such as 2026-06.")] = None,
    table: Annotated[Path | None, typer.Option("--csv", help="Write every row into this file as CSV.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say where two sets of revenue rules differ, company by company, and which switch makes how much of it.

    The switches of the first set are turned into the second's one after another, in
    the order of revenue.toml, and each is held to account for what its turn changed.
    So the parts add up to the difference to the last digit; where two switches work
    together, the order decides which of them gets how much: name the sets the other
    way round to see the other split. Sets need not stand in `compared`.
    """
    from pipelines.answers import comparing

    place = find_home(home)
    if len(policy) != 2:
        refuse("Name two sets of rules: --policy standard --policy stripe.")
    with spoken():
        found = comparing.find(place, policy[0], policy[1], company, month.date() if month else None)
    if table is not None:
        _write(table, found)
    if as_json:
        print_json(found)
    else:
        out.print("\n".join(_text(found)), markup=False)
    if table is not None:
        err.print(f"Rows written into {table}: {len(found['rows']):,}.", markup=False)


def _write(table: Path, found: Mapping[str, Any]) -> None:
    """A column per switch that differs; empty where it changed nothing."""
    names = [one["switch"] for one in found["switches"]]
    with table.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["month", "company_id", "company", "currency", *found["policies"], "difference", *names])
        for row in found["rows"]:
            parts = [row["parts"].get(name, "") for name in names]
            about = [row["month"], row["company_id"], row["name"], row["currency"]]
            lines.writerow([*about, row["first"], row["second"], row["difference"], *parts])


def _text(found: Mapping[str, Any]) -> Iterator[str]:
    first, second = found["policies"]
    if not found["switches"]:
        yield f"{first} and {second} are the same rules."
        return
    yield f"From {first} to {second}, in the order in which the switches are turned:"
    yield from (f"  {one['switch']}: {_said(one['before'])} -> {_said(one['after'])}" for one in found["switches"])
    rows = found["rows"]
    if not rows:
        yield "Nobody's MRR differs."
        return
    yield ""
    for row in rows[:SHOWN]:
        yield (
            f"{row['month']:%Y-%m}  {row['name'] or row['company_id']}: {row['first']:,.2f} -> {row['second']:,.2f} "
            f"{row['currency']} ({_signed(row['difference'])}): {_parts(row['parts'])}"
        )
    if len(rows) > SHOWN:
        yield f"... and {len(rows) - SHOWN:,} more: --month and --company narrow it, --csv writes all into a file."


def _parts(parts: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{name} {_signed(amount)}" for name, amount in parts.items())


def _signed(amount: Decimal) -> str:
    return f"{amount:+,.2f}"


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {worth}" for name, worth in value.items())
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)
