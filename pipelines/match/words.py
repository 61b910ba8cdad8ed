"""How questions, decisions and reasons about records are said to a person. What they are is found elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table as Grid

from pipelines.match.decisions import Decision

VERDICTS = {
    "joined": "are the same",
    "left": "are kept apart",
    "refused": "were not joined",
    "ask": "may be the same; nobody has said yet",
}


def decision(one: Decision) -> str:
    """One decision in a line."""
    verdict = "the same" if one.verdict == "same" else "different"
    text = f"{one.id}: {one.left} and {one.right} are {verdict} ({one.object}), {one.by}, {one.decided_at}"
    text += f": {one.reason}" if one.reason else ""
    return text + (f"; taken back by {one.undone_by}, {one.undone_at}" if one.undone_at else "")


def print_question(out: Console, row: dict[str, Any]) -> None:
    """One pair with the reasons side by side, and what to type."""
    left, right = row["left_key"], row["right_key"]
    sure = f", {row['probability']:.1%} sure" if row["probability"] is not None else ""
    out.print(f"{row['left_name']} ({left}) and {row['right_name']} ({right}): {row['object']}{sure}", markup=False)
    if row["rule"] != "model":
        out.print(f"  joined by {row['rule'].replace('_', ' ')} {row['evidence']}, but", markup=False)
    if row["guard"]:
        out.print(f"  held back: {row['guard']}", markup=False)
    _print_reasons(out, row["reasons"])
    option = "" if row["object"] == "company" else f" --object {row['object']}"
    out.print(f"  rapport match same {left} {right}{option}   or   different\n", markup=False)


def _print_reasons(out: Console, reasons: Iterable[dict[str, Any]]) -> None:
    grid = Grid("field", "left", "right", "agreement", "weight", box=None, padding=(0, 2), header_style="dim")
    grid.columns[-1].justify = "right"
    listed = sorted(reasons, key=lambda reason: (reason["field"] != "prior", -reason["weight"]))
    for reason in listed:
        field = "beforehand" if reason["field"] == "prior" else str(reason["field"]).replace("_", " ")
        told = [_shown(reason.get(side)) for side in ("left", "right", "agreement")]
        if field == "beforehand":
            told = ["", "", "how likely any two are the same"]
        grid.add_row(field, *told, f"{reason['weight']:+.1f}")
    if listed:
        out.print(grid, markup=False)


def _shown(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text.replace("[", "\\[")


def titles(found: dict[str, Any]) -> tuple[str, str]:
    """Title and subtitle of the picture of a pair's weight."""
    left, right, score = found["left"], found["right"], found["score"]
    said = f"weight {score['weight']:.1f}: {score['probability']:.1%} sure that they are the same"
    return f"{left['name']} ({left['key']}) and {right['name']} ({right['key']})", said


def print_why(out: Console, found: dict[str, Any]) -> None:
    """Whether two records are the same, by which decisions, and every reason."""
    left, right = found["left"], found["right"]
    names = f"{left['name']} ({left['key']}) and {right['name']} ({right['key']})"
    if found["together"]:
        out.print(f"{names} are one {found['object']}: {left['golden']}.", markup=False)
    else:
        out.print(f"{names} are two: {left['golden']} and {right['golden']}.", markup=False)
    for row in found["decisions"]:
        out.print(f"  {_decided(row)}", markup=False)
    if not found["decisions"]:
        out.print("  Nobody and no rule has said anything about them.")
    if found["score"]:
        out.print(f"  Compared field by field, {titles(found)[1]}:", markup=False)
        _print_reasons(out, found["score"]["reasons"])
    else:
        out.print("  The model saw no reason to weigh these two records.")


def _decided(row: dict[str, Any]) -> str:
    text = f"{row['left_key']} and {row['right_key']} {VERDICTS[row['verdict']]}: {row['rule'].replace('_', ' ')}"
    text += f" {row['decided_by']}" if row["decided_by"] else ""
    text += f" ({row['evidence']})" if row["evidence"] else ""
    text += f", weight {row['weight']:.1f}" if row["rule"] == "model" else ""
    return text + (f"; {row['guard']}" if row["guard"] else "")


def print_preview(out: Console, found: dict[str, Any]) -> None:
    """What would change, id by id, then rows and revenue."""
    if not found["ids"]:
        out.print(f"Nothing would change: no {found['object']} would have another id.")
        return
    for row in found["ids"]:
        name = f" ({row['name']})" if row["name"] else ""
        out.print(f"{row['id']}{name} {row['becomes']}", markup=False)
    for row in found["rows"]:
        many, go = ("row", "goes") if row["rows"] == 1 else ("rows", "go")
        told = f"{row['rows']:,} {many} of {row['object']} {go}"
        out.print(f"  {told} from {row['old_id']} to {row['new_id']}", markup=False)
    for row in found["mrr"]:
        money = f"{Decimal(row['mrr']):,.2f} {row['currency']}"
        out.print(f"  {money} of monthly revenue goes from {row['old_id']} to {row['new_id']}", markup=False)
