"""The commands `rapport outbox ...`: what was typed, and what is printed. How messages leave belongs to `outbox`."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.console import HomeOption, JsonOption, find_home, out, print_json, refuse, spoken

app = typer.Typer(
    help="Show the messages that alerts made, send those that wait, drop those nobody wants.",
    epilog="Example: rapport outbox list --state waiting, then: rapport outbox send",
    no_args_is_help=True,
)
KEYS = "Keys as `rapport outbox list` shows them, or how they begin"


@app.command("list", epilog="Example: rapport outbox list --state waiting --json")
def listed(
    state: Annotated[str | None, typer.Option(help="Only waiting, sent, failed or dropped ones.")] = None,
    limit: Annotated[int, typer.Option(help="How many to print, of the newest; 0 for all. JSON has all.", min=0)] = 40,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List messages, the newest first: what each says, where to, and whether it was sent."""
    from pipelines import outbox
    from pipelines.tables.alerts import STATES
    from pipelines.warehouse import open_warehouse

    place = find_home(home)
    if state is not None and state not in STATES:
        refuse(f"A message is {', '.join(STATES)}; it is never {state!r}.")
    with spoken(), open_warehouse(place, "rapport outbox list") as con:
        found = outbox.listed(con, state, None if as_json else limit or None)
    if as_json:
        return print_json(found)
    for row in found:
        why = f" ({row['error']})" if row["error"] else ""
        key = row["message_key"][:8]
        out.print(f"{key}  {row['made_on']}  {row['state']} to {row['channel']}{why}: {row['text']}", markup=False)
    if limit and len(found) == limit:
        out.print(f"The newest {limit}: --limit 0 prints all.")
    if not found:
        out.print("There are no such messages." if state else "No alert has made a message yet.")


@app.command(epilog="Example: rapport outbox send, or: rapport outbox send 3f2a91c0")
def send(
    keys: Annotated[list[str] | None, typer.Argument(help=f"{KEYS}; all that wait if left out.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send what waits, by the channels that alert.toml has now; a failed message goes again when it is named.

    Exits with 1 when a message could not be sent.
    """
    from pipelines import outbox
    from pipelines.channels import Sender
    from pipelines.warehouse import open_warehouse

    place = find_home(home)
    with spoken():
        wanted = None
        if keys:
            with open_warehouse(place, "rapport outbox send") as con:
                wanted = outbox.named(con, keys, "sent")
        done = outbox.deliver(place, Sender.of_file(place), wanted)
        with open_warehouse(place, "rapport outbox send") as con:
            waiting = len(outbox.listed(con, "waiting", None))
    if as_json:
        print_json({"messages": [one.__dict__ for one in done], "still_waiting": waiting})
    for one in () if as_json else done:
        why = f" ({one.error})" if one.error else ""
        out.print(f"{one.message_key[:8]}  {one.alert}: {one.state} to {one.channel}{why}", markup=False)
    if not as_json:
        out.print(f"{sum(one.state == 'sent' for one in done)} sent, {waiting} waiting.")
    raise typer.Exit(0 if all(one.state == "sent" for one in done) else 1)


@app.command(epilog="Example: rapport outbox drop 3f2a91c0")
def drop(
    keys: Annotated[list[str], typer.Argument(help=f"{KEYS}.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Never send these messages, nor tell of their causes anew."""
    from pipelines import outbox
    from pipelines.warehouse import open_warehouse

    place = find_home(home)
    with spoken(), open_warehouse(place, "rapport outbox drop") as con:
        dropped = outbox.named(con, keys, "dropped")
        outbox.drop(con, dropped)
    if as_json:
        return print_json(dropped)
    for key in dropped:
        out.print(f"{key[:8]}  dropped", markup=False)
