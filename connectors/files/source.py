"""The workspace's own files: lands each in the collection that `config/files.toml` gives its name to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.files.statements import PLACE, Collected
from connectors.reading.bench import Bench
from connectors.reading.landing import landed, read_all, refuse, settled
from connectors.reading.resource import FILE, Export, Resource, named

TRUST = 5
"""Rank among the sources when two disagree; lower is believed first: what a person keeps by hand is meant."""

RESOURCES: tuple[Resource, ...] = ()
"""None by itself: the workspace declares them."""


@dlt.source(name="files")
def files(exports: Sequence[Export], scratch: Path, resources: Sequence[Collected] = ()) -> Iterator[DltResource]:
    """Land every file in the first collection whose globs its name fits; one that fits none is refused."""
    yield from landed(resources, scratch, lambda bench: _read(bench, resources, exports))


def _read(bench: Bench, resources: Sequence[Collected], exports: Sequence[Export]) -> None:
    for export in exports:
        if settled(bench, export):
            continue
        fitting = [resource for resource in resources if named(resource, _file(export))]
        asked = [resource for resource in fitting if resource.sheet in (None, export.sheet) or export.sheet is None]
        if not fitting:
            globs = ", ".join(glob for resource in resources for glob in resource.files)
            there = f"its globs are {globs}" if globs else "there is none yet"
            refuse(bench, export, f"no collection of {PLACE} takes a file of this name; {there}", 0)
        elif not asked:
            _pass_over(bench, fitting, export, [str(other.sheet) for other in exports if other.path == export.path])
        else:
            read_all(bench, asked, [export])


def _pass_over(bench: Bench, resources: Sequence[Collected], export: Export, sheets: Sequence[str]) -> None:
    """Book a sheet that is not asked for; refuse it where none of its workbook's sheets is."""
    wanted = [str(resource.sheet) for resource in resources]
    said = f"{PLACE} asks for the sheet {' or '.join(wanted)}"
    if set(wanted).isdisjoint(sheets):
        refuse(bench, export, f"{said}; the workbook has {', '.join(sheets)}", 0)
    else:
        bench.read(export, FILE, 0, {}, f"not read: {said}")


def _file(export: Export) -> str:
    """The name of the file as such, without that of a sheet in it."""
    return export.name.removesuffix(f"/{export.sheet}") if export.sheet else export.name
