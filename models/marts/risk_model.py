"""What a risk model is: from what it learned, and how well it told what came later; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from models.risk import fitting, learning, scores
from models.risk.split import NOUNS, Split
from models.schema import Day, Number, Schema, Text, Whole, field

INPUTS = (*learning.INPUTS, "intermediate.risk_prediction")
PLACES = 4
HARDLY = 0.05
"""Probabilities whose log odds spread by less are as good as all the same: no line can be laid through them."""


class RiskModel(Schema):
    """One kind of probability: how it was learned and how good it is, or in words why none is given.

    All figures come from months later than those learned from, by a model that knew nothing of them; the customers of
    now are then judged by one that has learned from all of the past in the same way.
    """

    kind: Text = field("What is foretold: churn or expansion.", key=True, isin=["churn", "expansion"])
    state: Text = field(
        "Whether there is enough to learn from, and what was learned beats saying the usual of all.",
        required=True,
        isin=["learned", "no_better", "too_thin"],
    )
    words: Text = field("How good it is, or why no probability is given, in a sentence.", required=True)
    horizon_days: Whole = field("What comes within so many days is foretold.", required=True, ge=1)
    trained_from: Day = field("First day of those learned from before judging.")
    trained_to: Day = field("Last day of those learned from before judging.")
    tested_from: Day = field("First day of those that judge.")
    tested_to: Day = field("Last day of those that judge.")
    row_count: Whole = field("Customers times month ends whose outcome is known, in all.", required=True, ge=0)
    event_count: Whole = field("Customers among them to whom it came.", required=True, ge=0)
    base_rate: Number = field("Share of the rows followed by it within the horizon.", ge=0, le=1)
    trained_rate: Number = field("Share of the rows learned from before judging that it followed.", ge=0, le=1)
    test_row_count: Whole = field("Rows that judge.", required=True, ge=0)
    test_event_count: Whole = field("Customers among those that judge to whom it came.", required=True, ge=0)
    auc: Number = field(
        "Of two, one to whom it came and one not: how often the first was thought likelier.", ge=0, le=1
    )
    auc_low: Number = field("Lower end of its 95 % interval (Newcombe, by customers).", ge=0, le=1)
    auc_high: Number = field("Upper end of its 95 % interval.", ge=0, le=1)
    average_precision: Number = field("Precision averaged over those to whom it came, likeliest first.", ge=0, le=1)
    lift_top_decile: Number = field("How many times more often it came in the likeliest tenth than in all.", ge=0)
    brier: Number = field("Mean squared distance of probability and outcome: 0 is perfect.", ge=0, le=1)
    brier_base: Number = field("The same for always saying `trained_rate`: what must be undercut.", ge=0, le=1)
    calibration_slope: Number = field(
        "1 where probabilities are right; below 1 they are too far apart; null where they hardly differ."
    )


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per kind."""
    policy = frames["policy.risk"].row(0, named=True)
    said = frames["intermediate.risk_prediction"].sort("kind", "day_on", "company_id")
    rows = []
    for kind, parts in learning.splits(frames).items():
        row = {"kind": kind, "horizon_days": policy["horizon_days"], **_counts(parts, learning.KINDS[kind])}
        if parts.refusal is None:
            row |= _quality(said.filter(kind=kind), row)
            helps = row["brier"] < row["brier_base"]
            row |= {"state": "learned" if helps else "no_better", "words": _words(kind, row)}
        else:
            row |= {"state": "too_thin", "words": parts.refusal}
        rows.append(row)
    types = {column: dtype.type for column, dtype in RiskModel.to_schema().dtypes.items()}
    return pl.DataFrame(rows, schema=types)


def _counts(parts: Split, came: str) -> dict[str, Any]:
    is_split = parts.refusal is None
    return {
        "row_count": parts.whole.height,
        "event_count": parts.whole.filter(came)["company_id"].n_unique(),
        "base_rate": _rounded(parts.whole[came].mean()),
        "trained_rate": _rounded(parts.train[came].mean()) if is_split else None,
        "test_row_count": parts.test.height,
        "test_event_count": parts.test.filter(came)["company_id"].n_unique(),
        "trained_from": parts.train["day_on"].min() if is_split else None,
        "trained_to": parts.train["day_on"].max() if is_split else None,
        "tested_from": parts.test["day_on"].min() if is_split else None,
        "tested_to": parts.test["day_on"].max() if is_split else None,
    }


def _quality(test: pl.DataFrame, row: Mapping[str, Any]) -> dict[str, Any]:
    """Every figure from what was said of the later months and what came."""
    said, came = test["probability"], test["came"]
    hits = int(row["test_event_count"])
    area = scores.auc(said, came)
    low, high = (None, None)
    if area is not None:
        kept = test.group_by("company_id").agg(pl.col("came").any()).filter(~pl.col("came")).height
        low, high = scores.auc_interval(area, hits, max(kept, 1))
    usual = pl.repeat(row["trained_rate"], came.len(), eager=True)
    differ = float(scores.log_odds(said).std(ddof=0) or 0) > HARDLY  # type: ignore[arg-type]
    return {
        "auc": _rounded(area),
        "auc_low": _rounded(low),
        "auc_high": _rounded(high),
        "average_precision": _rounded(scores.average_precision(said, came)),
        "lift_top_decile": _rounded(scores.lift(said, came)),
        "brier": _rounded(scores.brier(said, came)),
        "brier_base": _rounded(scores.brier(usual, came)),
        "calibration_slope": _rounded(fitting.line(said, came)[0]) if differ else None,
    }


def _words(kind: str, row: Mapping[str, Any]) -> str:
    """What the figures mean, for somebody who has not met such figures."""
    one, several = NOUNS[kind]
    article = "an" if one[0] in "aeiou" else "a"
    area, low, high = (f"{100 * row[name]:.0f}" for name in ("auc", "auc_low", "auc_high"))
    told = (
        f"Learned from {row['trained_from']} to {row['trained_to']}, judged by what came from {row['tested_from']} on: "
        f"of a customer with {article} {one} within {row['horizon_days']} days and one without, the first was thought "
        f"likelier in {area} of 100 cases (95 % interval {low} to {high}; 50 is chance). The likeliest tenth had "
        f"{row['lift_top_decile']:.1f} times its share of {several}."
    )
    usual = f"saying {100 * row['trained_rate']:.1f} % of everybody"
    if row["brier"] < row["brier_base"]:
        return f"{told} The probabilities came nearer to what happened than {usual}."
    return f"{told} The probabilities came no nearer to what happened than {usual}: none is given."


def _rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), PLACES)
