"""What discounts take off the bill of a billing period, rounded as a bill rounds. Which ones run is said elsewhere.

Amounts are whole ten-thousandths here, in integers of 128 bits: a product of two numbers is exact before it is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

INPUTS = ("behaviour.billing_period", "behaviour.period_discount")
PERIOD = ["subscription_id", "currency", "period_start", "period_end"]
LINE = ["bill", "item"]
PERCENT = 100 * 10**12
"""A hundred of what `percent_off` counts in: numbers of twelve decimal places."""


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per billing period with a discount: its key and `reduction` (at most what its lines add up to)."""
    running = frames["behaviour.period_discount"]
    agreed = frames["behaviour.billing_period"]
    bills = running.select(PERIOD).unique().join(agreed.select(PERIOD).unique(), on=PERIOD, how="semi")
    bills = bills.sort(PERIOD).with_row_index("bill")
    lines = agreed.join(bills, on=PERIOD).select(*LINE, exact("amount"), unit("places"))
    lines = lines.group_by(LINE).agg(pl.sum("amount"), pl.first("unit"))
    left = after_discounts(lines, running.join(bills, on=PERIOD))
    whole = lines.group_by("bill").agg(pl.sum("amount"))
    found = bills.join(whole, on="bill").join(left, on="bill").sort("bill")
    return found.select(*PERIOD, money(pl.col("amount") - pl.col("left")).alias("reduction"))


def exact(column: str) -> pl.Expr:
    """A decimal column as the whole number of its smallest parts (ten-thousandths for money)."""
    return pl.col(column).to_physical().cast(pl.Int128)


def money(amount: pl.Expr) -> pl.Expr:
    """Whole ten-thousandths as money."""
    return (amount.cast(pl.Decimal(38, 4)) / 10_000).cast(pl.Decimal(18, 4))


def unit(places: str) -> pl.Expr:
    """`unit`: the ten-thousandths of the smallest amount with so many decimal places."""
    scales = {number: 10 ** (4 - number) for number in range(5)}
    return pl.col(places).replace_strict(scales, return_dtype=pl.Int128).alias("unit")


def rounded(over: pl.Expr, under: pl.Expr | int) -> pl.Expr:
    """The quotient of two whole numbers, `under` above 0, as the nearest number of `unit`s: a half away from zero."""
    parts = pl.col("unit") * under
    return over.sign() * ((2 * over.abs() + parts) // (2 * parts)) * pl.col("unit")


def after_discounts(lines: pl.DataFrame, discounts: pl.DataFrame) -> pl.DataFrame:
    """What is `left` of each `bill` after its discounts.

    `lines`: bill, item, amount, unit, an item once. `discounts`: the rows of `period_discount`, each with its bill.
    Percentages come before amounts, in the order in which they began. Those of an item are taken off its line, those of
    the whole (without an item) off the sum of the lines; each is rounded half up to the unit on its own.
    """
    units = lines.group_by("bill").agg(pl.first("unit"))
    ordered = discounts.sort("starts_at", "subscription_discount_id")
    percents = ordered.select(*LINE, exact("percent_off").alias("percent")).filter(pl.col("percent") != 0)
    fixed = ordered.select(*LINE, exact("amount_off").fill_null(0).alias("off")).join(units, on="bill")
    fixed = fixed.with_columns(rounded(pl.col("off"), 10**8)).group_by(LINE).agg(pl.sum("off"))
    of_bill = percents.filter(pl.col("item").is_null()).drop("item")
    kept = _less(lines, percents.drop_nulls("item"), LINE)
    whole = _less(kept.group_by("bill").agg(pl.sum("amount"), pl.first("unit")), of_bill, ["bill"])
    items = _less(kept, of_bill, ["bill"]).join(fixed, on=LINE, how="left")
    items = items.with_columns(least=pl.min_horizontal("amount", pl.col("off").fill_null(0)))
    whole = whole.join(items.group_by("bill").agg(pl.sum("least")), on="bill")
    whole = whole.join(fixed.filter(pl.col("item").is_null()), on="bill", how="left")
    left = pl.col("amount") - pl.col("least") - pl.col("off").fill_null(0)
    return whole.select("bill", left=pl.max_horizontal(left, pl.lit(0, pl.Int128)))


def _less(amounts: pl.DataFrame, percents: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The amounts less the percentages of their key: the first is taken off, then the second of what is left."""
    percents = percents.with_columns(step=pl.int_range(pl.len()).over(key))
    for step in percents["step"].unique().sort():
        amounts = amounts.join(percents.filter(step=step).drop("step"), on=key, how="left")
        off = rounded(pl.col("amount") * pl.col("percent").fill_null(0), PERCENT)
        amounts = amounts.with_columns(amount=pl.col("amount") - off).drop("percent")
    return amounts
