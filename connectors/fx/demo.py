"""Hands the demo the real rates that ship with the connector: the one source of the demo that is not made up."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl

HISTORY = Path(__file__).parent / "sample" / "eurofxref-hist.csv"


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Copy the shipped history into `folder`; the same for every world and seed."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HISTORY, folder / HISTORY.name)
