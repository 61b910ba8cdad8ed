"""The commands `rapport explain ...`: what was typed, and what is printed. What is told belongs to `explaining`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.home import Home

app = typer.Typer(help="Say where a value comes from, and why records are one.", no_args_is_help=True)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Who = Annotated[str, typer.Argument(help="A name, a golden id or an e-mail address; for a company also its domain.")]
FieldName = Annotated[str | None, typer.Argument(help="One field, to hear all that is said about it.")]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home folder; else RAPPORT_HOME, else ./data.", envvar="RAPPORT_HOME")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script instead of text for a person.")]


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


def _answer(kind: str, who: str, field: str | None, home: Path | None, as_json: bool) -> None:
    from pipelines.answers import explaining
    from pipelines.answers.lookup import NothingFoundError

    place = Home.find(home)
    try:
        if not place.exists():
            raise NothingFoundError(f"{place.path} is no Rapport home yet. Run `rapport init` first.")
        found = explaining.find(place, kind, who, field)
    except NothingFoundError as error:
        err.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    if as_json:
        print(json.dumps(found, indent=2, default=str))
    else:
        out.print(explaining.text(found), markup=False)
