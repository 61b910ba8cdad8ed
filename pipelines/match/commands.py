"""The commands `rapport match ...`: what was typed, and what is printed. Who is the same is decided in models/identity.

What people are asked belongs to `asking`, what they answer to `decisions`, what would follow to `preview`.
"""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.console import HomeOption, JsonOption, err, find_home, out, print_json, spoken
from pipelines.home import Home

if TYPE_CHECKING:
    from pipelines.match.decisions import Decision
    from pipelines.match.meant import Pair

app = typer.Typer(
    help="Ask about records that may be the same, and take the answers.",
    epilog="Example: rapport match --object company --limit 5, then: rapport match same crm:17 billing:c4",
    invoke_without_command=True,
)
ObjectOption = Annotated[
    str | None, typer.Option("--object", help="company, contact or team_member; else what the words tell.")
]
ByOption = Annotated[str | None, typer.Option(help="Who decides; the name you are logged in with if left out.")]
ReasonOption = Annotated[str | None, typer.Option(help="Why, for whoever asks later.")]
Left = Annotated[str, typer.Argument(help="A source key (crm:17), a golden id, a name, domain or e-mail address.")]
Right = Annotated[str, typer.Argument(help="The other record, named likewise.")]
AFTER = "Run `rapport run` to have it followed."


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@app.callback()
def queue(
    context: typer.Context,
    name: Annotated[str | None, typer.Option("--object", help="Only company, contact or team_member.")] = None,
    limit: Annotated[int, typer.Option(help="How many pairs at most.", min=1)] = 10,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask about records that may be the same: without a sub-command list the open questions, the strongest first."""
    if context.invoked_subcommand is not None:
        return
    from pipelines.answers.lookup import NothingFoundError
    from pipelines.match import asking
    from pipelines.match import words as match_words

    place = find_home(home)
    with spoken():
        if name is not None and name not in asking.ASKED:
            raise NothingFoundError(f"Nobody is asked about {name!r}. There are: {', '.join(asking.ASKED)}.")
        found = asking.queue(place, name, limit)
    if as_json:
        return print_json(found)
    for row in found:
        match_words.print_question(out, row)
    if not found:
        out.print("There is nothing to ask about.")


@app.command(epilog="Example: rapport match same crm:17 billing:c4 --reason 'one VAT id'")
def same(
    left: Left,
    right: Right,
    reason: ReasonOption = None,
    by: ByOption = None,
    name: ObjectOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide that two records are the same; the next run joins them."""
    _decide("same", left, right, reason, by, name, home, as_json)


@app.command(epilog="Example: rapport match different brightfork.example brightfork.test --reason 'a franchise'")
def different(
    left: Left,
    right: Right,
    reason: ReasonOption = None,
    by: ByOption = None,
    name: ObjectOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide that two records are not the same; the next run keeps them apart, whatever rule would join them."""
    _decide("different", left, right, reason, by, name, home, as_json)


def _decide(
    verdict: str,
    left: str,
    right: str,
    reason: str | None,
    by: str | None,
    name: str | None,
    home: Path | None,
    as_json: bool,
) -> None:
    from pipelines.match import decisions
    from pipelines.match import words as match_words

    place = find_home(home)
    with spoken():
        meant = _meant(place, left, right, name)
        with decisions.changing(place.config):
            said = _with(place, meant, verdict, by, reason)
            decisions.write(place.config, said)
    if as_json:
        return print_json(said[-1].__dict__)
    out.print(f"{match_words.decision(said[-1])}\n{AFTER}", markup=False)


def _meant(home: Home, left: str, right: str, name: str | None) -> Pair:
    from pipelines.answers.lookup import open_snapshot
    from pipelines.match.meant import pair

    with open_snapshot(home) as con:
        return pair(con, left, right, name)


def _with(home: Home, meant: Pair, verdict: str, by: str | None, reason: str | None) -> list[Decision]:
    """The decisions with one more."""
    from pipelines.match import decisions

    said = decisions.read(home.config)
    who, why_so = by or getpass.getuser(), " ".join((reason or "").split()) or None
    return decisions.added(said, meant.object, verdict, meant.left.key, meant.right.key, who, _now(), why_so)


@app.command(epilog="Example: rapport match undo 3 4")
def undo(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids as `rapport match log` shows them.")],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take decisions back; the next run is as if they had never been made."""
    from pipelines.match import decisions
    from pipelines.match import words as match_words

    place = find_home(home)
    with spoken(), decisions.changing(place.config):
        said = decisions.undone(decisions.read(place.config), ids, by or getpass.getuser(), _now())
        decisions.write(place.config, said)
    taken_back = [one for one in said if one.id in ids]
    if as_json:
        return print_json([one.__dict__ for one in taken_back])
    for one in taken_back:
        out.print(match_words.decision(one), markup=False)
    out.print(AFTER)


@app.command(epilog="Example: rapport match preview same crm:17 billing:c4, or: rapport match preview undo 3")
def preview(
    what: Annotated[str, typer.Argument(help="same, different or undo.")],
    whom: Annotated[list[str], typer.Argument(metavar="LEFT RIGHT | ID...", help="Two records, or ids of decisions.")],
    name: ObjectOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a decision would change before it is made: ids, rows, revenue. Nothing is written."""
    from pipelines.answers.lookup import NothingFoundError
    from pipelines.match import decisions
    from pipelines.match import words as match_words
    from pipelines.match.preview import preview as look_ahead

    place = find_home(home)
    with spoken():
        if what == "undo":
            before = decisions.read(place.config)
            after = decisions.undone(before, whom, getpass.getuser(), _now())
            touched = sorted({one.object for one in before if one.id in whom})
        elif what in decisions.VERDICTS and len(whom) == 2:
            meant = _meant(place, whom[0], whom[1], name)
            after, touched = _with(place, meant, what, None, None), [meant.object]
        else:
            raise NothingFoundError(
                "Say `preview same LEFT RIGHT`, `preview different LEFT RIGHT` or `preview undo ID`."
            )
        found = [look_ahead(place, one, after) for one in touched]
    if as_json:
        return print_json(found)
    for one in found:
        match_words.print_preview(out, one)


@app.command(epilog="Example: rapport match why crm:17 billing:c4 --chart why.svg")
def why(
    left: Left,
    right: Right,
    name: ObjectOption = None,
    chart: Annotated[
        Path | None, typer.Option(help="Draw the match weight, reason by reason: a file in .svg, .png or .html.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether two records are the same, and everything that speaks for and against."""
    from pipelines.answers.lookup import NothingFoundError
    from pipelines.match import asking, weight_chart
    from pipelines.match import words as match_words

    place = find_home(home)
    with spoken():
        if chart is not None:
            weight_chart.check(chart)
        found = asking.why(place, left, right, name)
        if chart is not None:
            if found["score"] is None:
                raise NothingFoundError("These two have no match weight to draw: the model saw no reason to ask.")
            weight_chart.draw(chart, *match_words.titles(found), found["score"]["reasons"])
    if as_json:
        return print_json(found)
    match_words.print_why(out, found)


@app.command(epilog="Example: rapport match log --json")
def log(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the decisions of people: id, when, who, and whether they were taken back."""
    from pipelines.match import asking
    from pipelines.match import words as match_words

    place = find_home(home)
    with spoken():
        said = asking.listed(place)
    if as_json:
        return print_json([one.__dict__ for one in said])
    for one in said:
        out.print(match_words.decision(one), markup=False)
    if not said:
        out.print("Nobody has decided anything yet.")


@app.command(epilog="Example: rapport match train --object company")
def train(
    name: Annotated[str, typer.Option("--object", help="company or contact.")] = "company",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn from your own records and decisions how much each agreement weighs; the next run matches by it."""
    from pipelines.match.model import learn

    place = find_home(home)
    with spoken(), err.status("learning ..."):
        learned = learn(place, name)
    if as_json:
        return print_json(learned.__dict__)
    out.print(
        f"Learned from {learned.records:,} records and {learned.labels:,} pairs known to be one: {learned.path}. "
        f"Delete that file to have the shipped model back.\n{AFTER}",
        markup=False,
    )
