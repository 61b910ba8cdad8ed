"""From snapshots and what was known of each to what was learned of each kind of probability, or why nothing was.

Which rows count stands here; how they are split in `split`, how learning goes in `fitting`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.risk import fitting
from models.risk.split import Split, refuse_foreknown, split

INPUTS = ("intermediate.risk_snapshot", "intermediate.risk_feature", "policy.risk")
"""What a table made with this module reads."""
KINDS = {"churn": "is_lost", "expansion": "is_grown"}
"""Each kind of probability and the column that says whether it came."""


def splits(frames: Mapping[str, pl.DataFrame]) -> dict[str, Split]:
    """The rows of each kind, split by time; needs no values of features. Raises `LeakError`."""
    policy = frames["policy.risk"].row(0, named=True)
    closed = frames["intermediate.risk_snapshot"].filter(
        pl.col("label_closed_on").is_not_null()
        & pl.col("is_paying")
        & pl.col("notice_on").is_null()
        & pl.col("score").is_not_null()
    )
    rows = closed.sort("day_on", "company_id")
    return {kind: split(rows, came, kind, policy) for kind, came in KINDS.items()}


def valued(rows: pl.DataFrame, features: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Who, when and what came, with a column per feature, null where nothing was known; and the features' names.

    Raises `LeakError`.
    """
    own = features.join(rows, on=["company_id", "day_on"], how="semi")
    refuse_foreknown(own)
    names = sorted(own["feature"].unique())
    wide = own.pivot(on="feature", on_columns=names, index=["company_id", "day_on"], values="value")
    told = rows.select("company_id", "day_on", *KINDS.values())
    return told.join(wide, on=["company_id", "day_on"], how="left", maintain_order="left"), names


def learn(frames: Mapping[str, pl.DataFrame], kind: str, rows: pl.DataFrame) -> fitting.Model:
    """The calibrated model of one kind, from these rows."""
    policy = frames["policy.risk"].row(0, named=True)
    told, names = valued(rows, frames["intermediate.risk_feature"])
    return fitting.calibrated(told, names, KINDS[kind], float(policy["caution"]), "company_id")
