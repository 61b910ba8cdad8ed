"""What all commands have in common: where they print, the options each has, the home they work on, errors as sentences.

What was typed and what is printed belongs to the module of each command.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from pipelines.home import Home

# An id with `:100:` in it is no picture: what is printed is what was said.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home folder; else RAPPORT_HOME, else ./data.", envvar="RAPPORT_HOME")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script instead of text for a person.")]


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
