"""What discounts take off the bill of a billing period, rounded as a bill rounds. Which ones run is said elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import polars as pl

INPUTS = ("behaviour.billing_period", "behaviour.period_discount")
PERIOD = ["subscription_id", "currency", "period_start", "period_end"]
NONE = Decimal(0)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per billing period with a discount: its key and `reduction` (at most what its lines add up to)."""
    discounts = frames["behaviour.period_discount"].sort("starts_at", "subscription_discount_id")
    lines = frames["behaviour.billing_period"].join(discounts.select(PERIOD).unique(), on=PERIOD, how="semi")
    running: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in discounts.iter_rows(named=True):
        running[tuple(row[name] for name in PERIOD)].append(row)
    amounts: dict[tuple[Any, ...], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    places: dict[tuple[Any, ...], int] = {}
    for row in lines.iter_rows(named=True):
        key = tuple(row[name] for name in PERIOD)
        amounts[key][row["item"]] += row["amount"]
        places[key] = row["places"]
    with localcontext(prec=60):
        found = [(*key, reduction(amounts[key], running[key], places[key])) for key in amounts]
    schema = {name: lines.schema[name] for name in PERIOD} | {"reduction": pl.Decimal(18, 4)}
    return pl.DataFrame(found, schema=schema, orient="row").sort(PERIOD)


def reduction(lines: Mapping[str, Decimal], discounts: Iterable[Mapping[str, Any]], places: int) -> Decimal:
    """What `discounts` (item, percent_off, amount_off; in the order they apply) take off the items' `lines`.

    Percentages come before amounts. Those of an item are taken off its line, those of the whole off the sum of the
    lines; each is rounded half up to `places` decimal places on its own.
    """
    unit = Decimal(1).scaleb(-places)
    percents: dict[str | None, list[Decimal]] = defaultdict(list)
    fixed: dict[str | None, Decimal] = defaultdict(Decimal)
    for row in discounts:
        percents[row["item"]] += [row["percent_off"]] if row["percent_off"] else []
        fixed[row["item"]] += _rounded(row["amount_off"] or NONE, unit)
    kept = {item: _less(amount, percents[item], unit) for item, amount in lines.items()}
    whole = sum(kept.values(), NONE)
    left = _less(whole, percents[None], unit)
    for item, amount in kept.items():
        left -= min(fixed[item], _less(amount, percents[None], unit))
    left = max(left - fixed[None], NONE)
    return sum(lines.values(), NONE) - left


def _less(amount: Decimal, percents: Iterable[Decimal], unit: Decimal) -> Decimal:
    for percent in percents:
        amount -= _rounded(amount * percent / 100, unit)
    return amount


def _rounded(amount: Decimal, unit: Decimal) -> Decimal:
    return amount.quantize(unit, ROUND_HALF_UP)
