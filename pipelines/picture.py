"""Writing a picture into a file, or saying why not. What is drawn belongs to whoever draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FORMATS = (".svg", ".png", ".html")


class ChartFormatError(ValueError):
    """A picture cannot be written in that format."""


def check(path: Path) -> None:
    """Raise `ChartFormatError` for a file that is no picture we can write."""
    if path.suffix.lower() not in FORMATS:
        raise ChartFormatError(f"{path}: a picture ends in {', '.join(FORMATS)}. Name such a file.")


def write(path: Path, chart: Any) -> None:
    """Write an altair chart; SVG, PNG or HTML by the file's ending, without anything from the network."""
    check(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".html":
        chart.save(str(path), inline=True)
    else:
        chart.save(str(path))
