"""What Planhat's tests share: the sample's ids and a way to write exports; no tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.home import ROOT

SAMPLE = ROOT / "connectors" / "planhat" / "sample"


def oid(kind: int, number: int) -> str:
    """An id as the sample has them."""
    return f"6{kind:x}a1{number:020x}"


def by_id(rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """The rows by their record id."""
    return {row["source_record_id"]: row for row in rows.to_dicts()}


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    """A folder of exports: text as it is, anything else as JSON."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return folder
