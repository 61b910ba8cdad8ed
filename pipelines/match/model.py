"""`rapport match train`: a matching model of the workspace's own, learned from its records and what people decided.

How a model is learned belongs to `models/identity/training`; here is said from what, and where the result is kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import polars as pl

from models.identity import training
from models.identity.matching import Plan
from pipelines.answers.lookup import NothingFoundError, open_snapshot
from pipelines.home import Home
from pipelines.match import decisions
from pipelines.match.decisions import Decision
from pipelines.warehouse import Connection

LEARNED = ("company", "contact")
FEWEST = 1_000
"""Records below which chance agreement cannot be counted: the model that comes with Rapport knows better."""


@dataclass(frozen=True)
class Learned:
    """One model that was learned, where it stands, and from how much."""

    object: str
    path: Path
    records: int
    labels: int


def learn(home: Home, name: str) -> Learned:
    """Learn a model from the published records of one object and write it to `config/<object>_model.json`.

    Pairs known to be one: those of which one source names the other's id, and those that people said are the same.
    Raises `NothingFoundError` where there is nothing, or too little, to learn from.
    """
    if name not in LEARNED:
        raise NothingFoundError(f"There is no model of {name!r}. There are: {', '.join(LEARNED)}.")
    with open_snapshot(home) as con:
        records = _records(con, name)
    if records.height < FEWEST:
        raise NothingFoundError(
            f"There are {records.height:,} records of {name} and it takes {FEWEST:,} to learn from. "
            "The model that comes with Rapport is used meanwhile."
        )
    labels = pl.concat([training.known_pairs(records), said_the_same(name, decisions.read(home.config))]).unique()
    plan: Plan = import_module(f"models.identity.{name}_plan").PLAN
    model = training.train(plan, records, labels.sort("left", "right"))
    path = home.config / f"{name}_model.json"
    draft = path.with_name(f".draft-{path.name}")
    draft.write_text(json.dumps(model, indent=1))
    draft.replace(path)
    return Learned(name, path, records.height, labels.height)


def _records(con: Connection, name: str) -> pl.DataFrame:
    records: pl.DataFrame = con.sql(f"from identity.{name}_record order by rank").pl()
    return records.filter(~pl.col("is_ours")) if "is_ours" in records.columns else records


def said_the_same(name: str, said: list[Decision]) -> pl.DataFrame:
    """left, right: pairs of records of one object that people said are the same and did not take back."""
    pairs = [(one.left, one.right) for one in said if one.is_live and (one.object, one.verdict) == (name, "same")]
    return pl.DataFrame(pairs, schema={"left": pl.String, "right": pl.String}, orient="row")
