"""Subscriptions that took each other's place, as one: for sets of rules that look at subscriptions or items."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

INPUTS = ("objects.subscription", "policy.revenue_set")
SCHEMA = {"subscription_id": pl.String(), "chain_id": pl.String()}


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subscription_id, chain_id of those that replaced another or were replaced: the first id, in order, of the chain.

    Empty where no set of rules looks below the customer.
    """
    if not frames["policy.revenue_set"]["movement_grain"].is_in(["subscription", "item"]).any():
        return pl.DataFrame(schema=SCHEMA)
    above: dict[str, str] = {}
    pairs = frames["objects.subscription"].select("subscription_id", "replaced_by_id").drop_nulls()
    for one, other in pairs.iter_rows():
        first, second = sorted((_top(above, one), _top(above, other)))
        above[second] = first
    rows = [(name, _top(above, name)) for name in sorted({*pairs["subscription_id"], *pairs["replaced_by_id"]})]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _top(above: dict[str, str], name: str) -> str:
    """The id that stands for a chain; on the way the chain is made short."""
    top = above.setdefault(name, name)
    while above[top] != top:
        top = above[top]
    while above[name] != top:
        above[name], name = top, above[name]
    return top
