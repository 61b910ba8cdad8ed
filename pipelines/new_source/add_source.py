"""`rapport add-source`: from exports nobody has described to a connector of their own, with questions where needed.

What a column may mean is proposed elsewhere (`proposing`); here it is shown, asked about, written and tried.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as Grid

from pipelines.console import JsonOption, err, out, print_json, spoken

if TYPE_CHECKING:
    from pipelines.new_source.proposing import Match, Proposal

_DAY, _MONTH = "day", "month"


class CannotAddError(ValueError):
    """The connector cannot be written as things are; the text says what to do."""


@dataclass
class Choices:
    """What the person said: per export its object and key, values for `object.field`, how unclear columns are read."""

    objects: dict[str, str] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    first: str | None = None
    decimal: str | None = None


def add_source(
    name: Annotated[str, typer.Argument(help="What the source is to be called: lower-case letters, digits and _.")],
    path: Annotated[list[Path], typer.Argument(help="Its exports: CSV, JSON, Parquet, XLSX or ZIP.")],
    to_object: Annotated[
        list[str] | None, typer.Option("--object", help="What an export is of: OBJECT, or EXPORT=OBJECT; repeatable.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="What tells rows apart: EXPORT=HEADER or EXPORT=HEADER,HEADER; repeatable.")
    ] = None,
    constant: Annotated[
        list[str] | None, typer.Option("--set", help="A value for every row: OBJECT.FIELD=VALUE; repeatable.")
    ] = None,
    first: Annotated[str | None, typer.Option(help="Whether 03/04/2026 begins with the day or the month.")] = None,
    decimal: Annotated[str | None, typer.Option(help="The decimal mark where 1.234 could be read both ways.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write what is proposed, and ask nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at a new source's exports, propose what they are, and write a connector for them."""
    said = Choices(_pairs(to_object, None), {}, _pairs(constant, ".") if constant else {}, first, decimal)
    said.keys = {export: headers.split(",") for export, headers in _pairs(key, "").items()}
    with spoken():
        _check(name, said)
        may_ask = sys.stdin.isatty() and not yes and not as_json
        proposals = _proposals(path, said, may_ask=may_ask)
        if not as_json:
            _show(proposals)
        proposals = [_settled(proposal, said, may_ask=may_ask) for proposal in proposals]
        told: dict[str, Any] = {"source": name, "exports": [_plain(proposal) for proposal in proposals]}
        if may_ask:
            yes = typer.confirm(f"Write connectors/{name}?", default=True)
        if yes:
            told |= _write(name, proposals, said.constants)
        if as_json:
            print_json(told)
        else:
            _say(name, told, is_written=yes)
    raise typer.Exit(1 if told.get("amiss") else 0)


def _pairs(given: Sequence[str] | None, mark: str | None) -> dict[str, str]:
    """`EXPORT=VALUE` as a dictionary; a bare VALUE is for every export where that is allowed."""
    pairs = {}
    for text in given or []:
        place, is_pair, value = text.partition("=")
        if not is_pair and mark is not None:
            raise typer.BadParameter(f"{text!r} should have the form NAME=VALUE")
        pairs[place if is_pair else "*"] = value if is_pair else place
    return pairs


def _check(name: str, said: Choices) -> None:
    """Raise CannotAddError for a name that will not do, or where there is nothing to write to."""
    from models.custom import reserved_words
    from models.custom_schema import shipped_objects
    from pipelines.home import ROOT

    if not (ROOT / "pyproject.toml").is_file() or not (ROOT / "tests").is_dir():
        raise CannotAddError(
            "A connector is part of the source code: run this in a checkout of it. In an installed Rapport, map the "
            "files in config/files.toml of your home instead (connectors/files/README.md)."
        )
    if not name.isidentifier() or name != name.lower() or name.startswith("_") or name in reserved_words():
        raise CannotAddError(f"{name!r} is no name for a source: lower-case letters, digits and _, no word of SQL.")
    if (ROOT / "connectors" / name).exists():
        raise CannotAddError(f"There is a connectors/{name} already. Take another name, or take that folder away.")
    for wanted in said.objects.values():
        if wanted not in shipped_objects():
            raise CannotAddError(f"There is no object {wanted}. There are: {', '.join(shipped_objects())}.")
    if said.first not in (None, _DAY, _MONTH) or said.decimal not in (None, ".", ","):
        raise CannotAddError("--first is day or month; --decimal is . or ,")


def _proposals(paths: Sequence[Path], said: Choices, *, may_ask: bool) -> list[Proposal]:
    from pipelines.new_source.profiling import look
    from pipelines.new_source.proposing import propose

    exports = look(paths, month_first=None if said.first is None else said.first == _MONTH)
    dates = [column for export in exports for column in export.columns if column.unclear and column.kind != "number"]
    if dates and may_ask:
        said.first = typer.prompt(f"{dates[0].header}: does the day or the month come first", default=_DAY)
        exports = look(paths, month_first=said.first == _MONTH)
    names = [export.name for export in exports]
    if len(set(names)) < len(names):
        raise CannotAddError(f"Two exports would both be called {names[0]}. Rename one of the files.")
    wanted = [said.objects.get(export.name, said.objects.get("*")) for export in exports]
    return [propose(export, name, said.keys.get(export.name, ())) for export, name in zip(exports, wanted, strict=True)]


def _settled(proposal: Proposal, said: Choices, *, may_ask: bool) -> Proposal:
    """The proposal with every question answered, or what cannot be answered left out. Raises CannotAddError."""
    export = proposal.export.name
    if not proposal.key:
        raise CannotAddError(f"{export}: no column tells all rows apart. Say which do: --key {export}=HEADER,HEADER")
    matches = [_clear(match, said, may_ask=may_ask) for match in proposal.matches]
    kept = tuple(match for match in matches if match is not None)
    given = {match.field for match in kept if match.object == proposal.object}
    dropped = {match.field for match in proposal.matches if match.object == proposal.object} - given
    lacking = [*proposal.lacking, *_needed(proposal, dropped)]
    for name in lacking:
        place = f"{proposal.object}.{name}"
        if place not in said.constants and may_ask:
            said.constants[place] = typer.prompt(
                f"{export}: every {proposal.object} needs {name}. A value for all rows"
            )
        if place not in said.constants:
            raise CannotAddError(
                f"{export}: every {proposal.object} needs {name}, and no column gives it. Say --set {place}=VALUE, or "
                f"--object {export}=OBJECT where it is something else."
            )
    return replace(proposal, matches=kept, lacking=())


def _needed(proposal: Proposal, names: set[str]) -> list[str]:
    from pipelines.new_source.proposing import fields_of

    fields = fields_of(proposal.object)
    return [name for name in names if not fields[name].nullable]


def _clear(match: Match, said: Choices, *, may_ask: bool) -> Match | None:
    """The match with how its column is written; None where that can neither be told nor asked."""
    column = match.column
    if column.unclear is None:
        return match
    if column.kind == "number":
        decimal = said.decimal or (may_ask and typer.prompt(f"{column.header}: the decimal mark, . or ,")) or None
        if decimal in (".", ","):
            thousands = "," if decimal == "." else "."
            return replace(match, column=replace(column, decimal=decimal, thousands=thousands, unclear=None))
    err.print(
        f"{column.header} is left in custom: it does not show {column.unclear}. "
        + ("Say --decimal . or --decimal ," if column.kind == "number" else "Say --first day or --first month"),
        style="yellow",
        markup=False,
    )
    return None


# --- what is shown ---------------------------------------------------------------------------------------------------


def _show(proposals: Sequence[Proposal]) -> None:
    for proposal in proposals:
        key = ", ".join(column.header for column in proposal.key) or "none"
        head = f"{proposal.export.name}: {proposal.export.rows.height:,} rows, one per {proposal.object}; key {key}"
        out.print(head, markup=False, style="bold")
        grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for title in ("column", "looks like", "field", "sure"):
            grid.add_column(title, no_wrap=True)
        taken = {match.column.header: match for match in proposal.matches}
        for column in proposal.export.columns:
            match = taken.get(column.header)
            rest = "record id" if column in proposal.key else "custom"
            place = f"{match.object}.{match.field}" if match else rest
            looks = " ".join(filter(None, [column.kind, column.date_format, column.decimal and f"({column.decimal})"]))
            grid.add_row(column.header, looks, place, f"{match.score:.0%}" if match else "")
        out.print(grid)


def _plain(proposal: Proposal) -> dict[str, Any]:
    return {
        "export": proposal.export.name,
        "rows": proposal.export.rows.height,
        "object": proposal.object,
        "key": [column.header for column in proposal.key],
        "fields": [
            {"column": match.column.header, "object": match.object, "field": match.field, "confidence": match.score}
            for match in proposal.matches
        ],
    }


def _say(name: str, told: Mapping[str, Any], *, is_written: bool) -> None:
    if not is_written:
        out.print("Nothing is written. Add --yes to write the connector, or --object, --key and --set to change it.")
        return
    for path in told["written"]:
        out.print(f"  {path}", markup=False)
    rows = ", ".join(f"{found} {count}" for found, count in told["rows"].items())
    out.print(f"The sample gives: {rows}", markup=False)
    for line in told["amiss"]:
        out.print(f"MEND  {line}", style="red", markup=False)
    out.print(f"Next: read connectors/{name}/README.md and say there how the export is made; then", markup=False)
    out.print(f"  rapport init; cp <exports> <home>/inbox/{name}/; rapport sync {name}; rapport run", markup=False)
    out.print("  make docs && make test")


# --- what is written -------------------------------------------------------------------------------------------------


def _write(name: str, proposals: Sequence[Proposal], constants: Mapping[str, str]) -> dict[str, Any]:
    """Write the connector, try it on its sample, and write its test; says what was written and what is amiss."""
    from pipelines.home import ROOT
    from pipelines.new_source.sampling import samples
    from pipelines.new_source.scaffold import connector, module_of_tests

    folder = ROOT / "connectors" / name
    files = {folder / found: text for found, text in connector(name, proposals, constants).items()}
    files |= {folder / "sample" / found: text for found, text in samples(proposals).items()}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.new_source.trial", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if not lines:
        raise CannotAddError(f"connectors/{name} is written, but could not be tried:\n{done.stderr.strip()}")
    outcome = json.loads(lines[-1])
    test = ROOT / "tests" / "connectors" / f"test_{name}.py"
    test.write_text(module_of_tests(name, outcome["rows"]))
    written = [str(path.relative_to(ROOT)) for path in [*files, test]]
    return {"written": written, "rows": outcome["rows"], "amiss": outcome["amiss"]}
