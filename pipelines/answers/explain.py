"""The commands `rapport explain ...`: what was typed, and what is printed.

What is told belongs to `explaining`, of revenue to `explaining_mrr`, of health to `explaining_health`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.console import HomeOption, JsonOption, day, find_home, month, out, print_json, spoken
from pipelines.home import Home

app = typer.Typer(
    help="Say where a value or a number comes from, and why records are one.",
    no_args_is_help=True,
    epilog="Example: rapport explain company brightfork.example, or: rapport explain mrr brightfork.example 2026-06",
)
Who = Annotated[str, typer.Argument(help="A name, a golden id or an e-mail address; for a company also its domain.")]
FieldName = Annotated[str | None, typer.Argument(help="One field, to hear all that is said about it.")]


@app.command(epilog="Example: rapport explain company brightfork.example legal_name")
def company(who: Who, field: FieldName = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say of every field of a company whose value it is, what the others say, and why these records are one."""
    _answer("company", who, field, home, as_json)


@app.command(epilog="Example: rapport explain contact ada@brightfork.example")
def contact(who: Who, field: FieldName = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say of every field of a contact whose value it is, what the others say, and why these records are one."""
    _answer("contact", who, field, home, as_json)


@app.command("team_member", epilog="Example: rapport explain team_member mia@lumenly.example roles")
def team_member(who: Who, field: FieldName = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say of every field of a team member whose value it is, what the others say, and why these records are one."""
    _answer("team_member", who, field, home, as_json)


@app.command(epilog="Example: rapport explain mrr brightfork.example 2026-06 --policy stripe")
def mrr(
    who: Annotated[str, typer.Argument(metavar="COMPANY", help="A company's name, golden id or domain.")],
    month: Annotated[datetime, typer.Argument(parser=month, metavar="MONTH", help="Such as 2026-06.")],
    policy: Annotated[
        str | None, typer.Option(help="The set of rules; else the main one. Another must stand in `compared`.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a company's MRR of a month is made of: rules, items, discounts, rates, and the line of each in its file.

    Everything is added up once more; exit code 1 where that is not what is published.
    """
    from pipelines.answers import explaining_mrr, mrr_in_words

    found = _found(home, lambda place: explaining_mrr.find(place, who, month.date(), policy))
    _print(found, as_json, mrr_in_words.text)
    if found["problems"]:
        raise typer.Exit(1)


@app.command(epilog="Example: rapport explain health brightfork.example --from 2026-05-31 --to 2026-06-30")
def health(
    who: Annotated[str, typer.Argument(metavar="COMPANY", help="A company's name, golden id or domain.")],
    since: Annotated[
        datetime | None,
        typer.Option("--from", parser=day, metavar="DAY", help="Day to compare with; else 30 days before."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", parser=day, metavar="DAY", help="Day to tell of; else the last one scored."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a customer's health is made of, sign by sign down to the rows behind it, and what changed it.

    Everything is worked out once more; exit code 1 where that is not what is published.
    """
    from pipelines.answers import explaining_health, health_in_words

    days = [day.date() if day else None for day in (since, until)]
    found = _found(home, lambda place: explaining_health.find(place, who, *days))
    _print(found, as_json, health_in_words.text)
    if found["problems"]:
        raise typer.Exit(1)


def _answer(kind: str, who: str, field: str | None, home: Path | None, as_json: bool) -> None:
    from pipelines.answers import explaining

    _print(_found(home, lambda place: explaining.find(place, kind, who, field)), as_json, explaining.text)


def _found(home: Path | None, find: Callable[[Home], dict[str, Any]]) -> dict[str, Any]:
    """What is found in a home; where nothing is, that is said and the command ends."""
    place = find_home(home)
    with spoken():
        return find(place)


def _print(found: dict[str, Any], as_json: bool, text: Callable[[dict[str, Any]], str]) -> None:
    if as_json:
        print_json(found)
    else:
        out.print(text(found), markup=False)
