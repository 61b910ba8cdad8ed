"""What all commands have in common: where they print, the options each has, the home they work on, errors as sentences.

What was typed and what is printed belongs to the module of each command.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from pipelines.home import Home

# An id with `:100:` in it is no picture: what is printed is what was said.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

Found = TypeVar("Found")

SET_ASIDE = 3
"""The exit code of a sync that took everything but whole files: what came can be built on, and somebody has to look."""
EXIT_CODES = (
    "Exit codes: 0 done; 1 done, but something failed or does not hold; 2 not understood or not started; "
    "3 done, but a whole file was set aside."
)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home folder; else RAPPORT_HOME, else ./data.", envvar="RAPPORT_HOME")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script instead of text for a person.")]


def day(text: str) -> datetime:
    """The day that was typed as an option or argument."""
    return _time(text, ["%Y-%m-%d"], "a day", "2026-06-30 (year-month-day)")


def month(text: str) -> datetime:
    """The first day of the month that was typed."""
    return _time(text, ["%Y-%m"], "a month", "2026-06 (year-month)")


def moment(text: str) -> datetime:
    """The moment that was typed; of a day alone, its beginning."""
    formats = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]
    return _time(text, formats, "a moment", "2026-06-30 or 2026-06-30T14:05:00")


def _time(text: str, formats: list[str], kind: str, example: str) -> datetime:
    for one in formats:
        with suppress(ValueError):
            return datetime.strptime(text, one)
    raise typer.BadParameter(f"{text!r} is not {kind}. Write it like {example}.")


def find_home(path: Path | None, *, must_exist: bool = True) -> Home:
    """The home a command works on; where there is none yet, that is said and the command ends."""
    home = Home.find(path)
    if must_exist and not home.exists():
        refuse(home.missing())
    home.prepare_environment()
    return home


def refuse(sentence: str) -> NoReturn:
    """Say why the command cannot be done, and end it with exit code 2."""
    err.print(sentence, style="red", markup=False)
    raise typer.Exit(2)


def print_json(value: Any) -> None:
    """Print what a script reads: days and amounts as text."""
    print(json.dumps(value, indent=2, default=str))


def answer(home: Path | None, as_json: bool, find: Callable[[Home], Found], text: Callable[[Found], str]) -> None:
    """Find something in a home and print it: as it is for a script, as text for a person."""
    place = find_home(home)
    with spoken():
        found = find(place)
    if as_json:
        return print_json(found)
    out.print(text(found), markup=False)


@contextmanager
def spoken() -> Iterator[None]:
    """Turn the errors a person can act on into one plain message and exit code 2."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, _spoken_kinds()):
            raise
        refuse(str(error))


def _spoken_kinds() -> tuple[type[Exception], ...]:
    """Errors whose text says what to do. Imported only once there is one, since they stand in slow modules."""
    from models.identity.training import ModelError
    from models.settings import SettingsError
    from pipelines.answers.lookup import NothingFoundError
    from pipelines.match.decisions import NoSuchDecisionError
    from pipelines.new_source.add_source import CannotAddError
    from pipelines.new_source.profiling import UnreadableError
    from pipelines.outbox import NoSuchMessageError
    from pipelines.picture import ChartFormatError
    from pipelines.sync.raw import CountsDoNotAddUpError
    from pipelines.tables.workflows import NoSuchTaskError
    from pipelines.warehouse import WarehouseBusyError, WarehouseDamagedError

    return (
        CannotAddError,
        ChartFormatError,
        CountsDoNotAddUpError,
        ModelError,
        NoSuchDecisionError,
        NoSuchMessageError,
        NoSuchTaskError,
        NothingFoundError,
        SettingsError,
        UnreadableError,
        WarehouseBusyError,
        WarehouseDamagedError,
    )
