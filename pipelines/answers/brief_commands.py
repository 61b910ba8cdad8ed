"""The command `rapport brief`: what was typed, and where the brief goes. What it says belongs to `brief`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from pipelines.home import Home

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


WhoArgument = Annotated[
    str | None, typer.Argument(help="A company's name, domain or id, or a person's e-mail address.")
]
DayOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A brief for every appointment of this day (UTC).")
]
TomorrowOption = Annotated[
    bool, typer.Option("--tomorrow", help="The same for the day after the one that the numbers are of.")
]
HtmlOption = Annotated[Path | None, typer.Option(help="Write the brief to this file, as one page to read or print.")]
SourcesOption = Annotated[bool, typer.Option("--sources", help="Number the sentences; list the rows behind each.")]
KnownOption = Annotated[
    datetime | None, typer.Option("--as-known-on", formats=["%Y-%m-%d"], help="Only what was known at this day's end.")
]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home folder; else RAPPORT_HOME, else ./data.", envvar="RAPPORT_HOME")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script instead of text for a person.")]


def _refuse(words: str) -> NoReturn:
    err.print(words, style="red", markup=False)
    raise typer.Exit(2)


def brief(
    who: WhoArgument = None,
    day: DayOption = None,
    tomorrow: TomorrowOption = False,
    html: HtmlOption = None,
    sources: SourcesOption = False,
    as_known_on: KnownOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who a customer is and how the relationship is going, before you call; or so for a day's appointments.

    The briefs of a day are also written as pages, to reports/briefs/<day>/ in the home.
    """
    from pipelines.answers import brief as briefs
    from pipelines.answers import brief_day
    from pipelines.answers.lookup import NothingFoundError

    if sum([who is not None, day is not None, tomorrow]) != 1:
        _refuse("Say either who the brief is of, or --day D, or --tomorrow.")
    if html is not None and who is None:
        _refuse("--html is for the brief of one: the briefs of a day have their own place.")
    place = Home.find(home)
    if not place.exists():
        _refuse(f"{place.path} is no Rapport home yet. Run `rapport init` first.")
    known_on = as_known_on.date() if as_known_on else None
    try:
        found = (
            briefs.find(place, who, known_on) if who else brief_day.find(place, day.date() if day else None, known_on)
        )
    except NothingFoundError as error:
        _refuse(str(error))
    if who is None:
        page = brief_day.write(place, found)
        err.print(f"Wrote {page} and, beside it, a page for each company there: {len(found['briefs'])}.", markup=False)
    elif html is not None:
        html.write_text(briefs.html(found), encoding="utf-8")
        err.print(f"Wrote {html}.", markup=False)
    if as_json:
        print(json.dumps(found, indent=2, default=str))
    elif who is None:
        out.print(brief_day.text(found, with_sources=sources), markup=False)
    elif html is None:
        out.print(briefs.text(found, with_sources=sources), markup=False)
