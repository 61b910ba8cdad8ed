"""The waterfall of a match weight as a picture: from what is likely beforehand, reason by reason, to the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt

from pipelines import picture

_FOR, _AGAINST, _WHOLE = "speaks for", "speaks against", "together"


def bars(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One bar per reason, each beginning where the one before ended, the prior first; then the whole from 0."""
    first = [reason for reason in reasons if reason["field"] == "prior"]
    rest = sorted((r for r in reasons if r["field"] != "prior"), key=lambda r: (-r["weight"], r["field"]))
    made, so_far = [], 0.0
    for place, reason in enumerate([*first, *rest]):
        weight = float(reason["weight"])
        name = "beforehand" if reason["field"] == "prior" else str(reason["field"]).replace("_", " ")
        told = reason.get("agreement") or ""
        made.append(
            {
                "place": place,
                "reason": f"{name}: {told}" if told and name != "beforehand" else name,
                "from": round(so_far, 4),
                "to": round(so_far + weight, 4),
                "weight": f"{weight:+.1f}",
                "kind": _FOR if weight >= 0 else _AGAINST,
            }
        )
        so_far += weight
    whole = {"place": len(made), "reason": "the match weight", "from": 0.0, "to": round(so_far, 4)}
    return [*made, {**whole, "weight": f"{so_far:+.1f}", "kind": _WHOLE}]


def draw(path: Path, title: str, subtitle: str, reasons: list[dict[str, Any]]) -> None:
    """Write the picture. Raises `ChartFormatError`."""
    rows = bars(reasons)
    order = [row["reason"] for row in rows]
    colours = alt.Scale(domain=[_FOR, _AGAINST, _WHOLE], range=["#2f7d5b", "#b5483a", "#3f4a5a"])
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=alt.Y("reason:N", sort=order, title=None, axis=_axis()))
    bar = base.mark_bar(height=16).encode(
        x=alt.X("from:Q", title="weight (log2 of how much likelier the two are the same)"),
        x2="to:Q",
        color=alt.Color("kind:N", scale=colours, title=None, legend=alt.Legend(orient="bottom")),
    )
    number = base.mark_text(align="left", dx=4).encode(x=alt.X("end:Q"), text="weight:N")
    number = number.transform_calculate(end="max(datum.from, datum.to)")
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color="#888888").encode(x="zero:Q")
    chart = (zero + bar + number).properties(width=520, title=alt.Title(title, subtitle=subtitle, anchor="start"))
    picture.write(path, chart)


def _axis() -> alt.Axis:
    return alt.Axis(labelLimit=320, ticks=False, domain=False)
