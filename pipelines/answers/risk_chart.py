"""Pictures of risk: what moves one customer's probability, or what was foretold beside what came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt

from pipelines import picture

SHOWN = 10
"""So many reasons stand in a picture; the rest are one bar."""
_MORE, _LESS = "makes it likelier", "makes it less likely"


def bars(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One bar per reason, the weightiest first, and one for all the rest."""
    told = [(row["words"], float(row["log_odds"])) for row in reasons]
    rest = told[SHOWN:]
    shown = told[:SHOWN] + ([(f"{len(rest)} more", sum(value for _, value in rest))] if rest else [])
    return [
        {"reason": name, "log_odds": round(value, 4), "kind": _MORE if value >= 0 else _LESS} for name, value in shown
    ]


def draw_reasons(path: Path, title: str, subtitle: str, reasons: list[dict[str, Any]]) -> None:
    """Write one customer's reasons as bars. Raises `ChartFormatError`."""
    made = bars(reasons)
    colours = alt.Scale(domain=[_MORE, _LESS], range=["#b5483a", "#2f7d5b"])
    order = [row["reason"] for row in made]
    axis = alt.Axis(labelLimit=320, ticks=False, domain=False)
    bar = (
        alt.Chart(alt.InlineData(values=made))
        .mark_bar(height=16)
        .encode(
            x=alt.X("log_odds:Q", title="what it adds to the log odds"),
            y=alt.Y("reason:N", sort=order, title=None, axis=axis),
            color=alt.Color("kind:N", scale=colours, title=None, legend=alt.Legend(orient="bottom")),
        )
    )
    picture.write(path, bar.properties(width=460, title=alt.Title(title, subtitle=subtitle, anchor="start")))


def draw_calibration(path: Path, title: str, bins: list[dict[str, Any]]) -> None:
    """Write what was foretold beside what came, with 95 % intervals; on the slanting line both agree."""
    told = [{name: row[name] for name in ("predicted", "observed", "low", "high")} for row in bins]
    end = max([row[name] for row in told for name in ("predicted", "high")], default=1.0)
    scale = alt.Scale(domain=[0, end])
    base = alt.Chart(alt.InlineData(values=told)).encode(
        x=alt.X("predicted:Q", title="foretold", scale=scale, axis=alt.Axis(format="%"))
    )
    interval = base.mark_rule(color="#8a94a3").encode(y=alt.Y("low:Q", title="came", scale=scale), y2="high:Q")
    point = base.mark_point(filled=True, size=60, color="#3f4a5a", opacity=1).encode(
        y=alt.Y("observed:Q", title="came", scale=scale, axis=alt.Axis(format="%"))
    )
    corners: list[dict[str, float]] = [{"x": 0.0, "y": 0.0}, {"x": end, "y": end}]
    same = alt.Chart(alt.InlineData(values=corners)).mark_line(color="#c9ced6").encode(x="x:Q", y="y:Q")
    subtitle = "each dot: an equal part of the customers and months that judged the model"
    chart = (same + interval + point).properties(
        width=380, height=380, title=alt.Title(title, subtitle=subtitle, anchor="start")
    )
    picture.write(path, chart)
