"""The command `rapport brief`: what was typed, and where the brief goes. What it says belongs to `brief`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.console import HomeOption, JsonOption, day, err, find_home, out, print_json, refuse, spoken

WhoArgument = Annotated[
    str | None, typer.Argument(help="A company's or person's name or id, a domain, or an e-mail address.")
]
DayOption = Annotated[
    datetime | None, typer.Option(parser=day, help="A brief for every appointment of this day (UTC).")
]
TomorrowOption = Annotated[
    bool, typer.Option("--tomorrow", help="The same for the day after the one that the numbers are of.")
]
HtmlOption = Annotated[Path | None, typer.Option(help="Write the brief to this file, as one page to read or print.")]
SourcesOption = Annotated[bool, typer.Option("--sources", help="Number the sentences; list the rows behind each.")]
KnownOption = Annotated[
    datetime | None, typer.Option("--as-known-on", parser=day, help="Only what was known at this day's end.")
]


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

    if who is not None and not who.strip():
        refuse("Say who the brief is of: a name, a domain, an id or an e-mail address.")
    if sum([who is not None, day is not None, tomorrow]) != 1:
        refuse("Say either who the brief is of, or --day D, or --tomorrow.")
    if html is not None and who is None:
        refuse("--html is for the brief of one: the briefs of a day have their own place.")
    place = find_home(home)
    known_on = as_known_on.date() if as_known_on else None
    with spoken():
        found = (
            briefs.find(place, who, known_on) if who else brief_day.find(place, day.date() if day else None, known_on)
        )
    if who is None:
        page = brief_day.write(place, found)
        err.print(f"Wrote {page} and, beside it, a page for each company there: {len(found['briefs'])}.", markup=False)
    elif html is not None:
        html.write_text(briefs.html(found), encoding="utf-8")
        err.print(f"Wrote {html}.", markup=False)
    if as_json:
        print_json(found)
    elif who is None:
        out.print(brief_day.text(found, with_sources=sources), markup=False)
    elif html is None:
        out.print(briefs.text(found, with_sources=sources), markup=False)
