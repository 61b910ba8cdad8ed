"""What bills differ by and what discounts take off, worked out bill by bill as a clerk would. No test stands here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import polars as pl

PERIOD = ["subscription_id", "currency", "period_start", "period_end"]
CALL = "expected_invoice_id"
NONE = Decimal(0)
Row = Mapping[str, Any]
OTHER = "\0"
"""The one product that what stands on one side alone is compared as, when both sides have something of that kind."""


def differences(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What `intermediate.reconciled_difference` should hold."""
    lines = frames["intermediate.reconciled_line"]
    asked = lines.group_by(CALL).agg(pl.col("net_amount").sum().alias("billed"), pl.col("billed_currency").first())
    calls = frames["intermediate.reconciled_call"].filter("is_called").join(asked, on=CALL)
    calls = calls.filter((pl.col("currency") == pl.col("billed_currency")) & (pl.col("amount") != pl.col("billed")))
    agreed = _grouped(frames["behaviour.billing_period"].join(calls.select(PERIOD), on=PERIOD, how="semi"), PERIOD)
    ordered = frames["behaviour.period_discount"].sort("starts_at", "subscription_discount_id")
    running = _grouped(ordered.join(calls.select(PERIOD), on=PERIOD, how="semi"), PERIOD)
    billed = _grouped(lines.join(calls.select(CALL), on=CALL, how="semi").sort("invoice_line_id"), [CALL])
    scales = dict(frames["behaviour.minor_unit"].select("currency", "places").iter_rows())
    found: list[tuple[str, str, Decimal]] = []
    with localcontext(prec=60):
        for call in calls.sort(CALL).iter_rows(named=True):
            key = tuple(call[name] for name in PERIOD)
            places = scales.get(call["currency"], 2)
            named = _reasons(call, agreed.get(key, []), running.get(key, []), billed[(call[CALL],)], places)
            found += [(call[CALL], reason, amount) for reason, amount in named.items() if amount]
    return pl.DataFrame(found, schema={CALL: pl.String, "reason": pl.String, "amount": pl.Decimal(18, 4)}, orient="row")


def _grouped(rows: pl.DataFrame, key: list[str]) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        groups[tuple(row[name] for name in key)].append(row)
    return groups


@dataclass
class Side:
    """What is called for, or billed, of one product: how many, and for how much (by item)."""

    quantity: Decimal | None
    amounts: dict[str, Decimal]

    @property
    def amount(self) -> Decimal:
        """The sum over the items."""
        return sum(self.amounts.values(), NONE)


def _reasons(call: Row, items: list[Row], discounts: list[Row], lines: list[Row], places: int) -> dict[str, Decimal]:
    """The difference of one call, by reason."""
    difference = call["amount"] - sum((line["net_amount"] for line in lines), NONE)
    is_part = any(line["is_part"] for line in lines)
    if is_part and call["is_running"] and difference > 0:
        return {"timing": difference}
    whole = [{"item": "", "product_id": None, "quantity": None, "amount": call["amount"]}]
    agreed = _sides(items or whole, "item", "amount")
    billed = _sides(lines, "invoice_line_id", "gross_amount")
    if is_part:
        billed = {product: Side(None, side.amounts) for product, side in billed.items()}
    _pair_others(agreed, billed)
    unit = Decimal(1).scaleb(-places)
    priced = _priced(agreed, billed, unit)
    others = {item: part for product in billed.keys() - agreed.keys() for item, part in billed[product].amounts.items()}
    steps = (
        ("quantity_differs", _counted(agreed, billed, unit)),
        ("price_differs", priced),
        ("billed_without_contract", priced | others),
    )
    found: dict[str, Decimal] = {}
    before = call["amount"]
    for reason, amounts in steps:
        after = sum(amounts.values(), NONE) - reduction(amounts, discounts, places)
        found[reason], before = before - after, after
    found["discount"] = difference - sum(found.values(), NONE)
    return _without_cents(found, unit * max(len(lines), len(items)))


def _sides(rows: Iterable[Row], name: str, amount: str) -> dict[str | None, Side]:
    sides: dict[str | None, Side] = {}
    for row in rows:
        side = sides.setdefault(row["product_id"], Side(NONE, {}))
        side.amounts[row[name]] = side.amounts.get(row[name], NONE) + row[amount]
        counts = (side.quantity, row["quantity"])
        side.quantity = None if None in counts else sum(counts, NONE)
    return sides


def _pair_others(agreed: dict[str | None, Side], billed: dict[str | None, Side]) -> None:
    """Make what only one side knows one product of both, where both have such: it is the same under another name."""
    if agreed.keys() - billed.keys() and billed.keys() - agreed.keys():
        for sides, others in ((agreed, agreed.keys() - billed.keys()), (billed, billed.keys() - agreed.keys())):
            parts = [sides.pop(product) for product in sorted(others, key=str)]
            counts = [part.quantity for part in parts]
            total = None if None in counts else sum((count for count in counts if count is not None), NONE)
            sides[OTHER] = Side(total, {item: amount for part in parts for item, amount in part.amounts.items()})


def _counted(agreed: Mapping[str | None, Side], billed: Mapping[str | None, Side], unit: Decimal) -> dict[str, Decimal]:
    """The agreed amounts with the quantities of the bill. A bill that counts one of something counts the whole."""
    amounts: dict[str, Decimal] = {}
    for product, side in agreed.items():
        other, over, under = billed.get(product), Decimal(1), Decimal(1)
        if other is None:
            over = NONE
        elif side.quantity and other.quantity is not None and other.amount != side.amount:
            over, under = other.quantity, side.quantity
            if other.quantity == 1 and _apart(side.amount * over / under, other.amount) > unit:
                over = under
        amounts |= {
            item: (amount * over / under).quantize(unit, ROUND_HALF_UP) for item, amount in side.amounts.items()
        }
    return amounts


def _apart(left: Decimal, right: Decimal) -> Decimal:
    return abs(left - right)


def _priced(agreed: Mapping[str | None, Side], billed: Mapping[str | None, Side], unit: Decimal) -> dict[str, Decimal]:
    """What the bill asks for the agreed products, by their items (in proportion where there are several)."""
    amounts: dict[str, Decimal] = {}
    for product, side in agreed.items():
        left = billed[product].amount if product in billed else NONE
        whole = left
        items = sorted(side.amounts, key=lambda item: (side.amounts[item], item))
        for item in items[:-1]:
            share = side.amounts[item] * whole / side.amount if side.amount else NONE
            amounts[item] = share.quantize(unit, ROUND_HALF_UP)
            left -= amounts[item]
        amounts[items[-1]] = left
    return amounts


def _without_cents(found: dict[str, Decimal], cents: Decimal) -> dict[str, Decimal]:
    """Put what only rounding makes (at most `cents`) to the greatest of the reasons."""
    greatest = max(found, key=lambda reason: abs(found[reason]))
    for reason, amount in found.items():
        if reason != greatest and abs(amount) <= cents < abs(found[greatest]):
            found[greatest] += amount
            found[reason] = NONE
    return found


def reductions(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What `behaviour.period_reduction` should hold."""
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
