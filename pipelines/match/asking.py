"""What people are asked about records, and what speaks for and against: from the published tables by SQL alone.

Who is asked is decided in `models/identity`; what people answer is written by `decisions`.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from pipelines.answers.lookup import open_snapshot, rows
from pipelines.home import Home
from pipelines.match import decisions
from pipelines.match.decisions import Decision
from pipelines.match.meant import Pair, pair
from pipelines.warehouse import Connection

ASKED = ("company", "contact", "team_member")
SCORED = ("company", "contact")
"""Objects whose pairs the model weighs."""
_QUEUE = """
    with asked as (
        select d.*, l.{name}_id as left_id, r.{name}_id as right_id
        from identity.{name}_decision as d
        join identity.{name}_link as l on l.source_key = d.left_key
        join identity.{name}_link as r on r.source_key = d.right_key
        where d.is_open
    )
    select '{name}' as object, a.left_key, a.right_key, a.left_id, a.right_id, x.name as left_name,
        y.name as right_name, a.verdict, a.rule, a.weight, a.probability, a.evidence, a.guard, {reasons} as reasons
    from asked as a
    join objects.{name} as x on x.{name}_id = a.left_id
    join objects.{name} as y on y.{name}_id = a.right_id
    {scored}
    qualify row_number() over (
        partition by least(a.left_id, a.right_id), greatest(a.left_id, a.right_id)
        order by a.rule = 'model', a.weight desc nulls last, a.left_key, a.right_key
    ) = 1
"""


def queue(home: Home, name: str | None, limit: int) -> list[dict[str, Any]]:
    """The pairs to ask about, the strongest first, one per two golden rows: what a rule found and a guard held back,
    then what the model found by weight. What was decided since the last run is left out.

    `reasons` is a list of {field, left, right, agreement, weight}. Raises `NothingFoundError`.
    """
    settled = {frozenset((one.left, one.right)) for one in decisions.read(home.config) if one.is_live}
    with open_snapshot(home) as con:
        found = [row for one in ([name] if name else ASKED) for row in rows(con, _question(one))]
        waiting = [row for row in found if frozenset((row["left_key"], row["right_key"])) not in settled]
        for row in waiting:
            row["reasons"] = json.loads(row["reasons"] or "[]")
    waiting.sort(key=lambda row: (row["rule"] == "model", -(row["weight"] or 0), row["left_key"], row["right_key"]))
    return waiting[:limit]


def _question(name: str) -> str:
    if name not in SCORED:
        return _QUEUE.format(name=name, reasons="null", scored="")
    scored = f"left join identity.{name}_pair as p on p.left_key = a.left_key and p.right_key = a.right_key"
    return _QUEUE.format(name=name, reasons="p.reasons", scored=scored)


def why(home: Home, left: str, right: str, name: str | None = None) -> dict[str, Any]:
    """Everything that is known of two records: object, left, right, together (whether they are one golden row),
    decision (on this pair), score (weight, probability and reasons of the pair, where it was weighed), and decisions:
    the chain that joins the two, or all between their two golden rows. Raises `NothingFoundError`.
    """
    with open_snapshot(home) as con:
        meant = pair(con, left, right, name)
        first, second = sorted((meant.left.key, meant.right.key))
        between = _between(con, meant)
        exact = [row for row in between if (row["left_key"], row["right_key"]) == (first, second)]
        score = _score(con, meant.object, first, second)
    together = meant.left.golden == meant.right.golden
    return {
        "object": meant.object,
        "left": meant.left.__dict__,
        "right": meant.right.__dict__,
        "together": together,
        "decision": exact[0] if exact else None,
        "score": score,
        "decisions": _chain(between, meant.left.key, meant.right.key) if together else between,
    }


def _between(con: Connection, meant: Pair) -> list[dict[str, Any]]:
    """The decisions within one golden row, or between two."""
    name = meant.object
    return rows(
        con,
        f"select d.* from identity.{name}_decision as d join identity.{name}_link as l on l.source_key = d.left_key "
        f"join identity.{name}_link as r on r.source_key = d.right_key "
        f"where [l.{name}_id, r.{name}_id] in ([$one, $other], [$other, $one]) "
        "order by d.rule = 'model', d.weight desc nulls last, d.left_key, d.right_key",
        {"one": meant.left.golden, "other": meant.right.golden},
    )


def _score(con: Connection, name: str, first: str, second: str) -> dict[str, Any] | None:
    if name not in SCORED:
        return None
    query = f"select weight, probability, reasons from identity.{name}_pair where left_key = ? and right_key = ?"
    found = rows(con, query, [first, second])
    return {**found[0], "reasons": json.loads(found[0]["reasons"])} if found else None


def _chain(joined: list[dict[str, Any]], left: str, right: str) -> list[dict[str, Any]]:
    """The fewest decisions that lead from one record to the other; of equally few the strongest."""
    steps: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for row in joined:
        if row["verdict"] == "joined":
            steps.setdefault(row["left_key"], []).append((row["right_key"], row))
            steps.setdefault(row["right_key"], []).append((row["left_key"], row))
    ways: dict[str, list[dict[str, Any]]] = {left: []}
    waiting = deque([left])
    while waiting and right not in ways:
        here = waiting.popleft()
        for there, row in steps.get(here, []):
            if there not in ways:
                ways[there] = [*ways[here], row]
                waiting.append(there)
    return ways.get(right, [])


def listed(home: Home) -> list[Decision]:
    """Every decision of people, also those taken back, in the order of the file. Raises `PolicyError`."""
    return decisions.read(home.config)
