"""The commands `rapport changes` and `rapport restatements`: what was typed, and what is printed.

What is told belongs to `change_log`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import typer

from pipelines.console import HomeOption, JsonOption, answer, day, month

Company = Annotated[str, typer.Argument(help="The company's name, domain or id.")]
Found = list[dict[str, Any]]


def changes(
    company: Company,
    since: Annotated[datetime | None, typer.Option(parser=day, help="Only what changed on this day or later.")] = None,
    until: Annotated[datetime | None, typer.Option(parser=day, help="Only what changed on this day or before.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many to print, of the newest; 0 for all. JSON has all.")] = 40,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what changed at a company, newest first: of itself, its people, contracts, subscriptions, tickets ..."""
    from pipelines.answers.change_log import change_line, find_changes

    days = (since.date() if since else None, until.date() if until else None)
    text = partial(_listed, line=change_line, empty="Nothing changed.", limit=limit)
    answer(home, as_json, lambda place: find_changes(place, company, *days), text)


def restatements(
    month: Annotated[
        datetime | None, typer.Option(parser=month, help="Only numbers of this month, such as 2026-03.")
    ] = None,
    company: Annotated[str | None, typer.Option(help="Only this company's MRR (name, domain or id).")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell which published numbers of closed months are said otherwise now, what they were, and why."""
    from pipelines.answers.change_log import find_restatements, restatement_line

    period = month.date() if month else None
    empty = "No number of a closed month has been said otherwise than it was published."
    text = partial(_listed, line=restatement_line, empty=empty)
    answer(home, as_json, lambda place: find_restatements(place, period, company), text)


def _listed(found: Found, line: Callable[[dict[str, Any]], str], empty: str, limit: int = 0) -> str:
    """A line for each that was found, up to a limit."""
    lines = [line(row) for row in found[: limit or None]]
    if limit and len(found) > limit:
        lines.append(f"... and {len(found) - limit:,} before them: --limit 0 prints all.")
    return "\n".join(lines or [empty])
