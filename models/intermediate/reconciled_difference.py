"""Why a bill does not ask for what was called for: quantity, price, what nobody agreed on, discount, one after another.

Only calls and bills of one currency that differ stand here; what is billed in another month, or not at all, does not.
All bills are taken apart at once. Amounts are whole ten-thousandths, as in `period_reduction`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.behaviour.period_reduction import PERIOD, after_discounts, exact, money, rounded, unit

INPUTS = (
    "behaviour.billing_period",
    "behaviour.minor_unit",
    "behaviour.period_discount",
    "intermediate.reconciled_call",
    "intermediate.reconciled_line",
)
CALL = "expected_invoice_id"
REASONS = ("quantity_differs", "price_differs", "billed_without_contract", "discount")
PRODUCT = ["call", "product_id"]
ITEM = [*PRODUCT, "item"]
NONE, OTHER = "\1", "\0"
"""What has no product is one product. So is what stands on one side alone, when both sides have something of the kind:
it is the same under another name."""
ONE = 10**12
"""A quantity of one: quantities have twelve decimal places."""


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per call and reason: expected_invoice_id, reason, amount (called for minus billed; never 0).

    The amounts of a call add up to the difference exactly.
    """
    calls = _calls(frames)
    timing = calls.filter(pl.col("is_part") & pl.col("is_running") & (pl.col("difference") > 0))
    told = timing.select(CALL, reason=pl.lit("timing"), place=pl.lit(0), amount="difference")
    named = _named(calls.join(timing, on=CALL, how="anti"), frames)
    rows = [
        named.select(CALL, reason=pl.lit(reason), place=pl.lit(place), amount=reason)
        for place, reason in enumerate(REASONS)
    ]
    found = pl.concat([told, *rows]).filter(pl.col("amount") != 0).sort(CALL, "place")
    return found.select(CALL, "reason", money(pl.col("amount")))


def _calls(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The calls that are billed otherwise, in their currency, numbered; amounts and the unit as whole numbers."""
    lines = frames["intermediate.reconciled_line"].group_by(CALL).agg(
        pl.sum("net_amount"), pl.first("billed_currency"), pl.len().alias("line_count"), pl.any("is_part")
    )  # fmt: skip
    calls = frames["intermediate.reconciled_call"].filter("is_called").join(lines, on=CALL)
    calls = calls.filter((pl.col("currency") == pl.col("billed_currency")) & (pl.col("amount") != pl.col("net_amount")))
    calls = calls.join(frames["behaviour.minor_unit"].select("currency", "places"), on="currency", how="left")
    calls = calls.with_columns(pl.col("places").fill_null(2), exact("amount"), exact("net_amount"))
    difference = pl.col("amount") - pl.col("net_amount")
    return calls.with_columns(unit("places"), difference=difference).sort(CALL).with_row_index("call")


def _named(calls: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The calls with a column per reason: by how much less the bill is, step by step; the rest is discounts."""
    agreed, billed = _rows(calls, frames)
    counts = agreed.group_by("call").agg(pl.len().alias("item_count"))
    steps = _steps(*_paired(agreed, billed, calls), calls.select("call", "unit"))
    left = _left(calls, steps, frames["behaviour.period_discount"])
    named = calls.join(left, on="call").join(counts, on="call", how="left").with_columns(
        quantity_differs=pl.col("amount") - pl.col("left_1"),
        price_differs=pl.col("left_1") - pl.col("left_2"),
        billed_without_contract=pl.col("left_2") - pl.col("left_3"),
        discount=pl.col("difference") - pl.col("amount") + pl.col("left_3"),
    )  # fmt: skip
    return _without_cents(named, pl.col("unit") * pl.max_horizontal("line_count", pl.col("item_count").fill_null(0)))


def _rows(calls: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is agreed and what is billed: call, product_id, item, quantity, amount. Of a part nobody knows how many."""
    values = (pl.col("product_id").fill_null(NONE), "item", exact("quantity"))
    agreed = frames["behaviour.billing_period"].join(calls.select("call", *PERIOD), on=PERIOD)
    billed = frames["intermediate.reconciled_line"].drop("is_part").join(calls.select("call", CALL, "is_part"), on=CALL)
    billed = billed.rename({"invoice_line_id": "item"}).select("call", *values, exact("gross_amount"), "is_part")
    billed = billed.with_columns(quantity=pl.when(~pl.col("is_part")).then("quantity"))
    return agreed.select("call", *values, exact("amount")), billed.drop("is_part").rename({"gross_amount": "amount"})


def _paired(agreed: pl.DataFrame, billed: pl.DataFrame, calls: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both with one product for what only one side knows, where both know such; a call without items is one item."""
    none = calls.join(agreed, on="call", how="anti").select(
        "call", pl.lit(NONE).alias("product_id"), pl.lit("").alias("item"), pl.lit(None, pl.Int128).alias("quantity"),
        "amount",
    )  # fmt: skip
    agreed = pl.concat([agreed, none])
    alone = [one.join(other, on=PRODUCT, how="anti") for one, other in ((agreed, billed), (billed, agreed))]
    both = alone[0].select("call").unique().join(alone[1], on="call", how="semi")
    found = []
    for rows, lonely in zip((agreed, billed), alone, strict=True):
        other = lonely.join(both, on="call", how="semi").select(PRODUCT).unique().with_columns(is_other=True)
        named = rows.join(other, on=PRODUCT, how="left")
        product = pl.when(pl.col("is_other").fill_null(False)).then(pl.lit(OTHER)).otherwise("product_id")
        found.append(named.with_columns(product_id=product).drop("is_other"))
    return found[0], found[1]


def _sides(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each call's product: how many (null when of one row nobody knows), and for how much."""
    quantity = pl.when(~pl.col("quantity").is_null().any()).then(pl.sum("quantity"))
    return rows.group_by(PRODUCT).agg(quantity.alias("count"), pl.sum("amount").alias("whole"))


def _steps(agreed: pl.DataFrame, billed: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """The agreed items with the quantities of the bill (step 1), with its prices too (2), with all else on it (3)."""
    sides = _sides(agreed).join(_sides(billed), on=PRODUCT, how="left", suffix="_billed")
    items = agreed.group_by(ITEM).agg(pl.sum("amount")).join(sides, on=PRODUCT).join(units, on="call")
    priced = _priced(items).with_columns(step=2)
    others = billed.join(agreed, on=PRODUCT, how="anti").select("call", "item", "amount", step=3)
    rows = pl.concat([_counted(items).with_columns(step=1), priced, priced.with_columns(step=3), others])
    return rows.group_by("call", "step", "item").agg(pl.sum("amount"))


def _counted(items: pl.DataFrame) -> pl.DataFrame:
    """The agreed amounts with the quantities of the bill. A bill that counts one of something counts the whole."""
    count, counted, whole = pl.col("count"), pl.col("count_billed"), pl.col("whole_billed")
    apart = (pl.col("whole") * counted - whole * count).abs() > pl.col("unit") * count.abs()
    is_counted = (count != 0) & (whole != pl.col("whole")) & ~((counted == ONE) & apart)
    items = items.with_columns(is_counted=is_counted.fill_null(False))
    over = pl.when(whole.is_null()).then(0).when("is_counted").then(counted * count.sign()).otherwise(1)
    under = pl.when("is_counted").then(count.abs()).otherwise(1)
    return items.select("call", "item", rounded(pl.col("amount") * over, under).alias("amount"))


def _priced(items: pl.DataFrame) -> pl.DataFrame:
    """What the bill asks for the agreed products, by their items (in proportion where there are several)."""
    whole, left = pl.col("whole"), pl.col("whole_billed").fill_null(0)
    share = rounded(pl.col("amount") * left * whole.sign(), pl.when(whole != 0).then(whole.abs()).otherwise(1))
    ordered = items.with_columns(share=share, left=left).sort(*PRODUCT, "amount", "item")
    is_last = pl.int_range(pl.len()).over(PRODUCT) == pl.len().over(PRODUCT) - 1
    rest = pl.col("left") - pl.sum("share").over(PRODUCT) + pl.col("share")
    return ordered.select("call", "item", amount=pl.when(is_last).then(rest).otherwise("share"))


def _left(calls: pl.DataFrame, steps: pl.DataFrame, discounts: pl.DataFrame) -> pl.DataFrame:
    """What is left of each call's steps after the agreed discounts: call, left_1, left_2, left_3."""
    bills = steps.select("call", "step").unique().sort("call", "step").with_row_index("bill")
    lines = steps.join(bills, on=["call", "step"]).join(calls.select("call", "unit"), on="call")
    running = calls.select("call", *PERIOD).join(discounts, on=PERIOD).drop(PERIOD).join(bills, on="call")
    left = bills.join(after_discounts(lines.select("bill", "item", "amount", "unit"), running), on="bill")
    by_step = [pl.col("left").filter(step=step).first().alias(f"left_{step}") for step in (1, 2, 3)]
    return left.group_by("call").agg(by_step)


def _without_cents(named: pl.DataFrame, cents: pl.Expr) -> pl.DataFrame:
    """Put what only rounding makes (at most `cents`) to the greatest of the reasons."""
    most = pl.max_horizontal(pl.col(reason).abs() for reason in REASONS)
    first = pl.coalesce(pl.when(pl.col(reason).abs() == most).then(pl.lit(reason)) for reason in REASONS)
    named = named.with_columns(cents=cents, greatest=first).with_columns(
        sum=pl.coalesce(pl.when(greatest=reason).then(reason) for reason in REASONS)
    )
    for reason in REASONS:
        is_cents = (pl.col("greatest") != reason) & (pl.col(reason).abs() <= pl.col("cents"))
        is_cents &= pl.col("sum").abs() > pl.col("cents")
        named = named.with_columns(
            pl.when(is_cents).then(0).otherwise(reason).alias(reason),
            sum=pl.col("sum") + pl.when(is_cents).then(reason).otherwise(0),
        )
    put = (pl.when(greatest=reason).then("sum").otherwise(reason).alias(reason) for reason in REASONS)
    return named.with_columns(put)
