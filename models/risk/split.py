"""Which rows may be learned from, which judge what was learned, and when there are too few of either to say anything.

Rows are snapshots: one customer (`company_id`) on one day (`day_on`), what was known of it then, and what came until
`label_closed_on`. How learning goes belongs to `fitting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

NOUNS = {"churn": ("loss", "losses"), "expansion": ("expansion", "expansions")}
"""What comes, for each kind of probability: one of them, several of them."""


class LeakError(ValueError):
    """A row knows something that was not known on its day: learning from it would foretell the past."""


@dataclass(frozen=True)
class Split:
    """Rows to learn from and later ones to judge by, all rows for the final model, and why nothing is said, if so."""

    train: pl.DataFrame
    test: pl.DataFrame
    whole: pl.DataFrame
    refusal: str | None


def split(rows: pl.DataFrame, came: str, kind: str, policy: dict[str, Any]) -> Split:
    """Split closed rows by time: the last ones, with `test_share` of what came, judge those closed before they begin.

    What is neither (not yet closed when judging begins) is left out of both. Raises `LeakError`.
    """
    days = rows.group_by("day_on").agg(pl.col(came).sum()).sort("day_on", descending=True)
    wanted = float(policy["test_share"]) * float(days[came].sum())
    late = days.filter(pl.col(came).cum_sum() - pl.col(came) < wanted)["day_on"]
    if late.is_empty():
        return Split(rows, rows, rows, refusal(rows, rows, rows, came, kind, policy))
    cut = late[-1]
    train, test = rows.filter(pl.col("label_closed_on") <= cut), rows.filter(pl.col("day_on") >= cut)
    refuse_future(train, cut)
    return Split(train, test, rows, refusal(train, test, rows, came, kind, policy))


def refuse_future(train: pl.DataFrame, cut: date) -> None:
    """Raise `LeakError` where a row that is learned from was still open on the day from which on is judged."""
    late = train.filter((pl.col("label_closed_on") > cut) | (pl.col("day_on") >= cut))
    if late.height:
        row = late.sort("company_id", "day_on").row(0, named=True)
        raise LeakError(
            f"{row['company_id']} on {row['day_on']}: what came is known from {row['label_closed_on']} on, "
            f"and what was learned is judged from {cut} on."
        )


def refuse_foreknown(features: pl.DataFrame) -> None:
    """Raise `LeakError` where a value was known (`known_on`) only after the day it is said to be of (`day_on`)."""
    late = features.filter(pl.col("known_on") > pl.col("day_on"))
    if late.height:
        row = late.sort("feature", "company_id", "day_on").row(0, named=True)
        raise LeakError(
            f"{row['feature']} of {row['company_id']} on {row['day_on']} was not known before {row['known_on']}."
        )


def refusal(
    train: pl.DataFrame, test: pl.DataFrame, whole: pl.DataFrame, came: str, kind: str, policy: dict[str, Any]
) -> str | None:
    """Why no probability is given, in words; None when there is enough. A customer's loss counts once."""
    accounts = whole["company_id"].n_unique()
    if accounts < policy["minimum_accounts"]:
        return (
            f"{_count(accounts, 'customer', 'customers')} with a past to learn from, {policy['minimum_accounts']} are "
            "needed: no probability is given."
        )
    for part, needed, where in (
        (train, policy["minimum_train_events"], "to learn from"),
        (test, policy["minimum_test_events"], "in the months that judge"),
    ):
        events = part.filter(pl.col(came))["company_id"].n_unique()
        if events < needed:
            return f"{_count(events, *NOUNS[kind])} {where}, {needed} are needed: no probability is given."
        if events == part["company_id"].n_unique() and part[came].all():
            return f"Nothing but {NOUNS[kind][1]} {where}: no probability is given."
    return None


def _count(number: int, one: str, several: str) -> str:
    return f"{number or 'No'} {one if number == 1 else several}"
