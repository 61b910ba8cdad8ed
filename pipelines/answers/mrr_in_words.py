"""What `explaining_mrr` found, in plain English; nothing is looked up or computed here but sums that are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.answers.change_log import restatement_line
from pipelines.answers.explaining_mrr import KINDS, converted, worth
from pipelines.tables.saying import capital, words

SIGNS = {"contraction": "-", "churn": "-"}
EVERY = {"day": "a day", "week": "a week", "month": "a month", "year": "a year"}


def text(found: Mapping[str, Any]) -> str:
    """Everything that was found, to be read aloud; what does not add up stands first."""
    loud = [f"THIS DOES NOT ADD UP: {problem}" for problem in found["problems"]]
    parts = ["\n".join(loud), _headline(found), "\n".join(["What counts:", *(f"  {one}" for one in rules(found))])]
    if found["items"]:
        parts.append("\n".join(["What it is made of:", *(line for item in found["items"] for line in _item(item))]))
    else:
        parts.append("Nothing ran any more when the month was valued.")
    parts.append("\n".join(_sums(found)))
    if found["restatements"]:
        told = [f"  {restatement_line(row)}" for row in found["restatements"]]
        parts.append("\n".join(["It was published otherwise before:", *told]))
    return "\n\n".join(part for part in parts if part)


def _headline(found: Mapping[str, Any]) -> str:
    total, first = found["whole"], found["currencies"][0]
    rows = [total] if total else found["currencies"]
    paid = " and ".join(_money(row["closing"], row["currency"]) for row in rows)
    said = [
        f"{found['name']} ({found['company_id']}) paid {paid} a month in {found['month']:%B %Y}, by the rules "
        f"{found['policy_id']}" + ("." if first["is_complete"] else "; the month is not over.")
    ]
    said += [f"  {_movement(row)}" for row in rows]
    if total and (len(found["currencies"]) > 1 or first["currency"] != total["currency"]):
        said += [f"  of which in {_movement(row)}" for row in found["currencies"]]
    return "\n".join(said)


def _movement(row: Mapping[str, Any]) -> str:
    """opening + movements = closing of a row of marts.mrr_movement or marts.company_month."""
    moved = "".join(f" {SIGNS.get(kind, '+')} {kind} {row[kind]:,.2f}" for kind in KINDS if row[kind])
    moved = moved.replace("+ fx -", "- fx ") or ", unchanged,"
    return f"{row['currency']}: opening {row['opening']:,.2f}{moved} = closing {row['closing']:,.2f}."


# --- the rules that touched it ---------------------------------------------------------------------------------------


def rules(found: Mapping[str, Any]) -> list[str]:
    """A sentence on each switch of the set that had a say in this number, led by the switch's name."""
    return [f"{switch}: {said}" for switch, said in _touched(found, found["rules"])]


def _touched(found: Mapping[str, Any], by: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    items = found["items"]
    billed = [item for item in items if item["basis"] == "invoice_line"]
    yield "basis", _basis(by["basis"], bool(billed), len(billed) < len(items))
    at = found["valued_at"].replace(microsecond=0)
    instant = "first" if by["snapshot"] == "first_instant" else "last"
    yield "snapshot", f"what runs at the {instant} instant of the month ({at:%-d %b %Y %H:%M:%S} UTC)."
    if len(billed) < len(items):
        yield "counted_statuses", f"subscriptions that are {_any(by['counted_statuses'])}."
        if by["past_due_days"]:
            yield "past_due_days", f"past due ones no longer than {by['past_due_days']} days."
        if by["cancellation"] == "at_notice":
            yield "cancellation", "a canceled one only until the customer says so."
    if any(item["is_metered"] for item in items):
        yield "committed_minimum", "the minimum that is committed for metered usage."
    if any(item["discounts_on_it"] for item in items):
        counted = _any(by["counted_discounts"]) if by["counted_discounts"] else "none of them"
        yield "counted_discounts", f"discounts lower it whose duration is {counted}."
    for name, (numerator, denominator) in sorted(_intervals(items).items()):
        yield "interval", f"a {name} is worth {numerator}/{denominator} of its price a month."
    if by["movement_grain"] != "customer":
        yield "movement_grain", f"changes are named for each {by['movement_grain']}."
    if any(row["reactivation"] for row in found["currencies"]):
        within = f"within {by['reactivation_days']} days" if by["reactivation"] == "within_days" else "always"
        yield "reactivation", f"who comes back is {within} a reactivation."
    if any(row["currency"] != by["reporting_currency"] for row in found["currencies"]):
        yield "conversion", _conversion(by)
    if by["rounding"] == "per_item":
        yield "rounding", "each item is rounded to the smallest unit of its currency."


def _basis(basis: str, has_lines: bool, has_subscriptions: bool) -> str:
    if has_lines and basis == "subscription":
        return "subscriptions; this company has none, so lines of invoices, each spread over what it is billed for."
    if has_subscriptions and basis == "invoice_line":
        return "lines of invoices; this company has none that count, so price × quantity of its subscriptions."
    if basis == "invoice_line":
        return "lines of invoices without tax, after discounts, each spread over the time it is billed for."
    return "price × quantity of subscriptions a month, after discounts, without tax."


def _intervals(items: list[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    kept = (item for item in items if item["numerator"] is not None and item["billing_interval"] != "month")
    return {item["billing_interval"]: (item["numerator"], item["denominator"]) for item in kept}


def _conversion(by: Mapping[str, Any]) -> str:
    if by["conversion"] == "none":
        return "currencies are not summed."
    if by["conversion"] == "fixed_rate":
        return f"other currencies at the last rate before {_day(by['fixed_rate_on'])}."
    return "other currencies at the last rate quoted before the month was valued; what that changes is fx."


# --- items and sums --------------------------------------------------------------------------------------------------


def _item(item: Mapping[str, Any]) -> Iterator[str]:
    name = item["product"] or item["description"] or item["item"] or words(item["source"]["object"])
    before, after = item["gross_mrr"], item["net_mrr"]
    if item["basis"] == "invoice_line":
        yield f"  {name}, billed for {_day(item['runs_from'])} to {_day(item['runs_to'])}: {item['rule']}"
    else:
        yield f"  {name}: {_price(item)}"
    less = f"{before:,.2f} - {before - after:,.2f} discounts = " if before != after else ""
    reduced = f"  ({item['discounts']})" if item["discounts"] else ""
    yield f"    = {less}{_money(after, item['currency'])} a month{reduced}"
    yield f"    {_place(item['source'])}"
    for discount in item["discounts_on_it"]:
        off = f"{_plain(discount['percent_off'])} %" if discount["percent_off"] is not None else "an amount"
        counts = "" if discount["counts"] else ", which does not count"
        yield f"    discount of {off} ({discount['duration']}{counts}) {_place(discount['source'])}"


def _price(item: Mapping[str, Any]) -> str:
    count = item["interval_count"]
    every = EVERY[item["billing_interval"]] if count == 1 else f"every {count} {item['billing_interval']}s"
    quantity = "a committed " if item["is_metered"] else f"{_plain(item['quantity'])} × "
    factor = f" × {item['numerator']}/{item['denominator'] * count}" if every != EVERY["month"] else ""
    return f"{quantity}{_money(item['unit_amount'], item['currency'])} {every}{factor}"


def _place(source: Mapping[str, Any]) -> str:
    what = capital(words(source["object"]))
    if source["place"] is None:
        return f"{what} {source['object_id']}: no file is known."
    derived = f", derived by {words(source['rule'])} from {words(source['source_object'])}" if source["rule"] else ""
    return f"from {source['place']} ({words(source['object'])} {source['object_id']}{derived})"


def _sums(found: Mapping[str, Any]) -> Iterator[str]:
    whole = found["whole"]
    for row in found["currencies"]:
        said = f"Together {_money(worth(found, row['currency']), row['currency'])} a month"
        if whole is not None and row["currency"] != whole["currency"]:
            quoted = f", quoted on {_day(row['quoted_on'])}" if row["quoted_on"] else ""
            rate = "no rate is known" if row["rate"] is None else f"× {row['rate']:.6f}{quoted}"
            said += f" ({rate}) = {_money(converted(row), whole['currency'])}"
        yield f"{said}."
    if not found["problems"]:
        where = "marts.mrr_movement and marts.company_month" if whole is not None else "marts.mrr_movement"
        yield f"That is what {where} {'say' if whole is not None else 'says'}, to the cent."


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {currency}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _any(names: list[str]) -> str:
    said = [words(name) for name in names]
    return " or ".join(filter(None, [", ".join(said[:-1]), said[-1]]))


def _day(day: date | datetime | None) -> str:
    return f"{day:%-d %b %Y}" if day else "an unknown day"
