"""The command `rapport risk`: what was typed, and what is printed. What is told belongs to `risk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.console import HomeOption, JsonOption, err, find_home, out, print_json, refuse, spoken


def risk(
    company: Annotated[str | None, typer.Argument(help="A customer's name, domain or id; all when left out.")] = None,
    chart: Annotated[
        Path | None,
        typer.Option(help="Draw it into this file (.svg, .png, .html): a customer's reasons, else how right."),
    ] = None,
    kind: Annotated[str, typer.Option(help="What the picture is of: churn or expansion.")] = "churn",
    limit: Annotated[int, typer.Option(min=0, help="How many customers of each kind to print. JSON has all.")] = 15,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how likely customers are to be lost or to pay more, why, and how far to trust that.

    Where too little has happened to learn from, no probability is given, and it is
    said what is missing. Beside it stands how well past health scores told losses.
    """
    from pipelines.answers import risk as risks

    if kind not in ("churn", "expansion"):
        refuse(f"No risk is called {kind!r}. There are: churn, expansion.")
    place = find_home(home)
    is_one = company is not None
    with spoken():
        found = risks.find_one(place, company) if company is not None else risks.find_all(place)
        if chart is not None:
            _draw(chart, kind, found, is_one=is_one)
    if as_json:
        print_json(found)
    else:
        lines = risks.one_lines(found) if is_one else risks.all_lines(found, limit)
        out.print("\n".join(lines), markup=False)
    if chart is not None:
        err.print(f"Drawn into {chart}.", markup=False)


def _draw(path: Path, kind: str, found: dict[str, Any], *, is_one: bool) -> None:
    """Draw a customer's reasons, or how right a kind is. Raises `NothingFoundError` where there is nothing to draw."""
    from pipelines import picture
    from pipelines.answers import risk_chart
    from pipelines.answers.lookup import NothingFoundError

    picture.check(path)
    rows = [row for row in found["risks" if is_one else "kinds"] if row["kind"] == kind]
    if not rows or not rows[0]["factors" if is_one else "calibration"]:
        told = f" {rows[0]['words']}" if rows else ""
        raise NothingFoundError(f"There is nothing to draw.{told}")
    if is_one:
        risk_chart.draw_reasons(path, found["company"], rows[0]["words"], rows[0]["factors"])
    else:
        name = "Losses" if kind == "churn" else "Expansions"
        risk_chart.draw_calibration(path, f"{name} foretold and come", rows[0]["calibration"])
