"""The commands `rapport portfolio`, `week` and `handover`: what was typed, and what is printed.

What is told belongs to the modules of the same names.
"""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.console import HomeOption, JsonOption, answer


def portfolio(
    who: Annotated[
        str | None,
        typer.Argument(
            help="One of our people (name, e-mail address or id), a team, or nobody; all teams if left out."
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the accounts somebody owns or manages: how each is, what renews, what is due, what threatens it."""
    from pipelines.answers import portfolio as portfolios

    answer(home, as_json, lambda place: portfolios.find(place, who), portfolios.text)


def week(
    company: Annotated[str | None, typer.Option(help="Only of this company (name, domain or id).")] = None,
    weeks: Annotated[int, typer.Option(help="How many weeks, the present one included.", min=1)] = 1,
    limit: Annotated[
        int, typer.Option(help="How many single changes to print a week; 0 for all. JSON has all.", min=0)
    ] = 20,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what changed this week (Monday to Sunday, UTC): money, renewals, tickets, people, deliveries, by money."""
    from pipelines.answers import week as changes

    answer(home, as_json, lambda place: changes.find(place, company, weeks), lambda found: changes.text(found, limit))


def handover(
    who: Annotated[
        str, typer.Argument(help="A company (name, domain or id), or one of our people: all they own or manage.")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what somebody who takes over an account needs: people, promises, tasks, tickets, renewal, risks, notes."""
    from pipelines.answers import handover as handovers

    answer(home, as_json, lambda place: handovers.find(place, who), handovers.text)


def add_to(app: typer.Typer) -> None:
    """Put the commands into the `rapport` command."""
    app.command("portfolio", epilog="Example: rapport portfolio mia@lumenly.example, or: rapport portfolio Sales")(
        portfolio
    )
    app.command("week", epilog="Example: rapport week --weeks 2, or: rapport week --company brightfork.example")(week)
    app.command(
        "handover", epilog="Example: rapport handover brightfork.example, or: rapport handover mia@lumenly.example"
    )(handover)
