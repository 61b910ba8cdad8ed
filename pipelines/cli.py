"""The `rapport` command: reads what was typed, calls the room that does it, says what came of it.

What its exit codes mean stands in `console.EXIT_CODES`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from pipelines.answers import (
    brief_commands,
    change_commands,
    compare,
    explain,
    outbox_commands,
    risk_commands,
    team_commands,
)
from pipelines.console import (
    EXIT_CODES,
    SET_ASIDE,
    HomeOption,
    JsonOption,
    day,
    err,
    find_home,
    moment,
    out,
    print_json,
    refuse,
    spoken,
)
from pipelines.home import Home
from pipelines.match import commands as match
from pipelines.new_source.add_source import add_source

app = typer.Typer(
    name="rapport",
    help="One customer truth in DuckDB, from the exports of your CRM, mail, help desk, billing and survey systems.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
DayOption = Annotated[
    datetime | None,
    typer.Option("--as-of", parser=day, help="The last day that counts; records are as they were on it."),
]
KnownOption = Annotated[
    datetime | None, typer.Option("--as-known-on", parser=day, help="Only what was known at this day's end.")
]
DeliveredOption = Annotated[
    datetime | None,
    typer.Option(
        "--delivered-at",
        parser=moment,
        help="State when the files arrived (UTC), to replay old deliveries; now if left out.",
    ),
]


@app.command(epilog="Example: rapport init --home ~/rapport")
def init(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Make the home folder: an inbox per source, a place for your policies, Dagster's settings."""
    from pipelines.rooms import sources

    place = find_home(home, must_exist=False)
    made = place.create(list(sources()))
    if as_json:
        return print_json({"home": place.path, "made": made})
    out.print(f"Home: {place.path}" + ("" if made else " (everything was there)"), markup=False)
    for source in sources():
        out.print(f"  {place.inbox / source}  <- exports of {source}", markup=False)
    out.print("Drop exports there, then: rapport sync && rapport run")


@app.command(epilog="Example: rapport sync stripe hubspot")
def sync(
    source: Annotated[list[str] | None, typer.Argument(help="Sources to read; all when left out.")] = None,
    home: HomeOption = None,
    delivered_at: DeliveredOption = None,
    files_only: Annotated[bool, typer.Option("--files-only", help="Read no live API, only the inbox.")] = False,
    confirm: Annotated[
        list[str] | None, typer.Option(help="A complete export (source/file) to believe though it shrank; repeatable.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read the live APIs whose secrets are set, then take every new file of the inbox in: once or not at all.

    What cannot be taken holds up nothing else, but the exit code tells of it:
    1 where an API failed or a complete export is not believed, else 3 where a
    file brought nothing at all. `rapport run` may follow in either case. A file
    that was set aside is told once; `rapport status` goes on showing it.
    """
    from pipelines import outbox
    from pipelines.answers import report
    from pipelines.rooms import sources
    from pipelines.sync.ingest import sync as run_sync
    from pipelines.sync.pull import pull

    place = find_home(home)
    unknown = sorted(set(source or []) - set(sources()))
    if unknown:
        refuse(f"No source is called {', '.join(unknown)}. There are: {', '.join(sources())}.")
    wanted = source or list(sources())
    with spoken(), err.status("reading the inbox ...") as status:
        pulled = [] if files_only else pull(place, wanted, status.update)
        synced = run_sync(place, wanted, delivered_at, lambda name: status.update(f"reading {name} ..."), confirm or ())
        status.update("sending messages ...")
        left = outbox.go_out(place)
    if left:
        err.print(f"NOTE {left}", style="yellow", markup=False)
    if as_json:
        print_json(report.sync_json(synced, pulled))
    else:
        report.print_pull(out, pulled)
        report.print_sync(out, synced)
    went_wrong = any(one.problem for one in pulled) or any(one.refused for one in synced)
    raise typer.Exit(1 if went_wrong else SET_ASIDE if any(one.set_aside for one in synced) else 0)


@app.command(epilog="Example: rapport run --as-of 2026-06-30, or: rapport run --as-known-on 2026-03-31")
def run(
    home: HomeOption = None, as_of: DayOption = None, as_known_on: KnownOption = None, as_json: JsonOption = False
) -> None:
    """Rebuild what is stale, check it, publish it.

    With --as-known-on publish a past picture as published/known/<day>.duckdb instead:
    only what had been delivered, decided and noted by that day's end counts, by
    today's policies, as of that day unless --as-of names another.
    """
    place = find_home(home)
    result = _run(place, as_of.date() if as_of else None, as_known_on.date() if as_known_on else None)
    if as_json:
        print_json({**result.__dict__, "succeeded": result.succeeded, "snapshot": result.file(place)})
    raise typer.Exit(0 if result.succeeded else 1)


def _run(home: Home, day: date | None, known_on: date | None = None) -> Any:
    """Run with a progress bar, then one line that says what came of it; failures in words."""
    from pipelines import known, runs

    run_all = partial(known.run, known_on=known_on) if known_on else runs.run
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    started = datetime.now(UTC)
    with spoken(), Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("looking for what is stale", total=None)
        result = run_all(
            home,
            day,
            lambda tables: bar.update(task, total=tables or None),
            lambda name, rows, seconds: bar.update(task, advance=1, description=f"{name}: {rows:,} rows"),
        )
    seconds = (datetime.now(UTC) - started).total_seconds()
    for warning in result.warnings:
        err.print(f"NOTE {warning}", style="yellow", markup=False)
    for failure in result.failures:
        err.print(f"FAILED {failure}", style="red", markup=False)
    if result.failures:
        err.print(
            f"Nothing was published; {result.file(home)} is as it was. Mend the cause and run `rapport run` again."
        )
    elif result.published:
        slowest = sorted(result.built.items(), key=lambda item: -item[1][1])[:3]
        listed = ", ".join(f"{name} {took:.1f} s" for name, (_, took) in slowest)
        err.print(
            f"Built {len(result.built)} tables as of {result.as_of}{f', as known on {known_on},' if known_on else ''} "
            f"in {seconds:.1f} s (slowest: {listed}) and published{f' {result.file(home)}' if known_on else ''}."
        )
    else:
        err.print(f"Nothing has changed since the last run as of {result.as_of}; the published file is current.")
    return result


@app.command(epilog="Example: rapport status --json")
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show for each source when it was last synced, rows read, stored and set aside, and what waits in the inbox."""
    from pipelines.answers import report

    place = find_home(home)
    with spoken():
        found = report.status(place)
    if as_json:
        return print_json(found)
    report.print_status(out, found)


@app.command(epilog="Example: rapport tasks --owner mia@lumenly.example")
def tasks(
    owner: Annotated[str | None, typer.Option(help="Only what this team member (e-mail address) is to do.")] = None,
    company: Annotated[str | None, typer.Option(help="Only what is about this company (name, domain or id).")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what is to be done, the latest first: tasks of every source, and what workflows ask for."""
    from pipelines.answers import todo

    place = find_home(home)
    with spoken():
        found = todo.due(place, owner, company, limit)
    if as_json:
        return print_json(found)
    for row in found:
        out.print(todo.line(row), markup=False)
    if not found:
        out.print("Nothing is to be done.")


@app.command(epilog="Example: rapport done workspace:onboarding:hubspot:1:2026-06-01:kickoff --by mia@lumenly.example")
def done(
    work_id: Annotated[list[str], typer.Argument(help="Ids as `rapport tasks` shows them.")],
    on: Annotated[datetime | None, typer.Option(parser=day, help="The day; today if left out.")] = None,
    by: Annotated[str | None, typer.Option(help="E-mail address of who did it; the owner if left out.")] = None,
    comment: Annotated[str | None, typer.Option(help="What came of it.")] = None,
    ignore: Annotated[bool, typer.Option("--ignore", help="It is not to be done at all.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Settle tasks and e-mails of workflows; the next `rapport run` shows what follows from it."""
    from pipelines.answers import todo

    place = find_home(home)
    with spoken():
        settled = todo.settle(place, work_id, on.date() if on else None, by, comment, is_done=not ignore)
    if as_json:
        return print_json([one.__dict__ for one in settled])
    for one in settled:
        out.print(f"{one.status} on {one.done_on}: {one.description}", markup=False)


@app.command(epilog="Example: rapport demo --companies 300 --months 36")
def demo(
    home: HomeOption = None,
    companies: Annotated[int, typer.Option(help="How many companies the fictional vendor knows.", min=10)] = 300,
    months: Annotated[int, typer.Option(help="How many months of history.", min=6)] = 36,
    seed: Annotated[int, typer.Option(help="Another seed, another world.")] = 7,
) -> None:
    """Write a fictional vendor's exports, take them all the way, and show the numbers."""
    from pipelines import demo as demos
    from pipelines.answers import report, summary

    place = Home.find(home or Path("data/demo"))
    place.prepare_environment()
    with spoken():
        with err.status("writing the exports of Lumenly, a fictional vendor ..."):
            demos.write_world(place, seed=seed, companies=companies, months=months)
        with err.status("reading the inbox ...") as shown:
            synced = demos.sync_all(place, lambda name: shown.update(f"reading {name} ..."))
        report.print_sync(out, synced)
        result = _run(place, demos.LAST_DAY)
        if result.succeeded:
            summary.print_summary(out, place)
    raise typer.Exit(0 if result.succeeded else 1)


app.add_typer(explain.app, name="explain")
app.add_typer(match.app, name="match")
app.add_typer(outbox_commands.app, name="outbox")
app.command("compare", epilog="Example: rapport compare --policy standard --policy stripe --month 2026-06")(
    compare.compare
)
app.command("brief", epilog="Example: rapport brief ada@brightfork.example")(brief_commands.brief)
app.command("changes", epilog="Example: rapport changes brightfork.example --since 2026-06-01")(change_commands.changes)
app.command("restatements", epilog="Example: rapport restatements --month 2026-03")(change_commands.restatements)
team_commands.add_to(app)
app.command("risk", epilog="Example: rapport risk brightfork.example --chart why.svg")(risk_commands.risk)
app.command("add-source", epilog="Example: rapport add-source acme exports/*.csv")(add_source)


@app.command(epilog="Example: rapport doctor")
def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check this installation and home folder, and say what to mend."""
    from pipelines import doctor as doctors

    findings = doctors.examine(find_home(home, must_exist=False))
    if as_json:
        print_json([finding.__dict__ for finding in findings])
    else:
        for finding in findings:
            out.print(f"{'ok  ' if finding.is_well else 'MEND'}  {finding.what}", markup=False)
    raise typer.Exit(0 if all(finding.is_well for finding in findings) else 1)


@app.command(epilog="Example: rapport dev --port 3000")
def dev(
    home: HomeOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Open Dagster's UI on this workspace, with the nightly schedule and the inbox sensor."""
    import os
    import sys
    from contextlib import suppress

    from pipelines import declarations
    from pipelines.home import ROOT
    from pipelines.runs import settle
    from pipelines.warehouse import WarehouseBusyError

    place = find_home(home)
    with spoken():
        declarations.use(place)
    with suppress(WarehouseBusyError):
        settle(place)
    err.print(f"Dagster's UI: http://{host}:{port}")
    os.execv(
        sys.executable,
        [sys.executable, "-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml"), "-h", host, "-p", str(port)],
    )


if __name__ == "__main__":
    app()
