"""What a company's MRR of a month is made of, from the published file: its items, rules, rates and source rows.

How the number is computed belongs to `models/intermediate`; here it is told, and added up once more. The words are in
`mrr_in_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from models.intermediate import period
from pipelines.answers.beside import beside
from pipelines.answers.lookup import NothingFoundError, find_company, open_snapshot, rows
from pipelines.home import Home
from pipelines.warehouse import Connection

Found = dict[str, Any]
KINDS = ("new", "reactivation", "expansion", "contraction", "churn", "fx")
CENT = Decimal("0.005")
"""Sums may differ by less than this: what is rounded when it is shown."""
_SIX = Decimal("0.000001")
_ITEMS = """
    select i.*, p.name as product, v.is_metered, n.numerator, n.denominator, l.description, l.period_start, l.period_end
    from marts.mrr_item as i
    left join objects.product as p on p.product_id = i.product_id
    left join objects.subscription_version as v on v.subscription_version_id = i.subscription_version_id
    left join objects.invoice_line as l on l.invoice_line_id = i.invoice_line_id
    left join policy.revenue_set_interval as n
        on n.policy_id = i.policy_id and n.billing_interval = i.billing_interval
    where i.policy_id = $policy and i.company_id = $company and i.runs_from <= $at
        and (i.runs_to is null or i.runs_to > $at)
    order by i.currency, i.subscription_id, i.item, i.mrr_item_id
"""
_DISCOUNTS = """
    select d.*, c.value is not null as counts
    from objects.subscription_discount as d
    left join policy.revenue_set_counted_discounts as c on c.policy_id = $policy and c.value = d.duration
    where list_contains($subscriptions, d.subscription_id) and d.starts_at <= $at
        and (d.ends_at is null or d.ends_at > $at)
    order by d.starts_at, d.subscription_discount_id
"""
_SOURCE = """
    select object, object_id, rule, source_object, source_system, source_record_id, file, line, loaded_at
    from meta.source_row where object = ? and object_id = ?
"""
_RESTATED = """
    select r.*, c.name as company_name
    from marts.restatement as r
    left join objects.company as c on c.company_id = r.company_id
    where r.metric = 'mrr' and r.company_id = $company and r.period = $month
    order by r.publication desc
"""


def find(home: Home, who: str, month: date, policy: str | None = None) -> Found:
    """What is told, as plain values.

    Returns company_id, name, month, policy_id, valued_at (UTC), rules (the set's switches), currencies (a row of
    marts.mrr_movement each, with rate and quoted_on), whole (the row of marts.company_month, None in a set without a
    total), items (each with its discounts and source rows), restatements, problems (sentences; none where every sum
    comes to the published number). Raises `NothingFoundError` when nobody, or more than one, goes by `who`, the set is
    not computed, or the company paid nothing in that month or the one before.
    """
    with open_snapshot(home) as con:
        company = find_company(con, who)
        rules = _rules(con, policy)
        key = {"policy": rules["policy_id"], "company": company["company_id"], "month": month}
        currencies = rows(
            con,
            "select * from marts.mrr_movement where policy_id = $policy and company_id = $company and month = $month "
            "order by currency",
            key,
        )
        if not currencies:
            raise NothingFoundError(_nothing(con, company["name"], key, rules))
        whole = rows(
            con,
            "select * from marts.company_month where policy_id = $policy and company_id = $company and month = $month",
            key,
        )
        calendar = _calendar(con, rules["policy_id"], month)
        at = calendar.filter(pl.col("grain") == "month").item(0, "valued_at")
        items = _items(con, key, at)
        is_main = rules["is_main"]
        restated = rows(con, _RESTATED, {"company": key["company"], "month": month}) if is_main else []
    found = {
        "company_id": company["company_id"],
        "name": company["name"],
        "month": month,
        "policy_id": rules["policy_id"],
        "valued_at": at,
        "rules": rules,
        "currencies": _valued(home, currencies, calendar),
        "whole": whole[0] if whole else None,
        "items": items,
        "restatements": restated,
    }
    return found | {"problems": problems(found)}


def _rules(con: Connection, policy: str | None) -> Found:
    """The switches of a set that is computed, the main one when none is named."""
    sets = rows(con, "select * from policy.revenue_set order by not is_main, policy_id")
    wanted = [one for one in sets if one["policy_id"] == policy or (policy is None and one["is_main"])]
    if not wanted:
        names = ", ".join(one["policy_id"] for one in sets)
        raise NothingFoundError(
            f"No numbers are computed by the rules {policy!r}. There are: {names}; name more in `compared` of "
            "config/revenue.toml and run `rapport run`."
        )
    rules = wanted[0]
    for name in ("statuses", "discounts"):
        query = f"select value from policy.revenue_set_counted_{name} where policy_id = ?"
        rules[f"counted_{name}"] = [row["value"] for row in rows(con, query, [rules["policy_id"]])]
    return rules | rows(con, "select reporting_currency, time_zone from policy.revenue")[0]


def _nothing(con: Connection, name: str, key: Mapping[str, Any], rules: Mapping[str, Any]) -> str:
    ((as_of_on,),) = con.execute("select as_of_on from meta.run").fetchall()
    if key["month"] > as_of_on:
        return f"{key['month']:%B %Y} is not known yet: what is published is as of {as_of_on}."
    said = f"{name} paid nothing in {key['month']:%B %Y}, nor in the month before, by the rules {key['policy']}."
    ((first, last),) = con.execute(
        "select min(month), max(month) from marts.mrr_movement "
        "where policy_id = $policy and company_id = $company and closing > 0",
        {"policy": key["policy"], "company": key["company"]},
    ).fetchall()
    if first is not None:
        return f"{said} It paid first in {first:%B %Y}, last in {last:%B %Y}."
    if rules["movement_grain"] == "parent":
        return f"{said} They count the money of a group under the company at its top; ask for that one."
    return f"{said} Nothing of it ever counted."


def _calendar(con: Connection, policy: str, month: date) -> pl.DataFrame:
    """The month, as `models.intermediate.period` has it, with those after it."""
    first = datetime.combine(month, datetime.min.time())
    sets = con.sql("from policy.revenue_set").pl().filter(pl.col("policy_id") == policy)
    made = period.build(
        {
            "intermediate.revenue_start": pl.DataFrame({"policy_id": [policy], "first_at": [first]}),
            "meta.run": con.sql("from meta.run").pl(),
            "policy.revenue": con.sql("from policy.revenue").pl(),
            "policy.revenue_set": sets,
        }
    )
    return made.filter((pl.col("grain") == "month") & (pl.col("period") == month))


# --- items and where they come from ----------------------------------------------------------------------------------


def _items(con: Connection, key: Mapping[str, Any], at: datetime) -> list[Found]:
    parameters = {"policy": key["policy"], "at": at}
    items = rows(con, _ITEMS, parameters | {"company": key["company"]})
    subscriptions = sorted({item["subscription_id"] for item in items if item["subscription_version_id"]})
    discounts = rows(con, _DISCOUNTS, parameters | {"subscriptions": subscriptions})
    for discount in discounts:
        discount["source"] = _source(con, "subscription_discount", discount["subscription_discount_id"])
    for item in items:
        kind = "subscription_version" if item["subscription_version_id"] else "invoice_line"
        item["source"] = _source(con, kind, item[f"{kind}_id"])
        item["discounts_on_it"] = [one for one in discounts if kind == "subscription_version" and _is_on(one, item)]
    return items


def _is_on(discount: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    is_its = discount["item"] in (None, item["item"]) and discount["subscription_id"] == item["subscription_id"]
    return is_its and (discount["percent_off"] is not None or discount["currency"] in (None, item["currency"]))


def _source(con: Connection, kind: str, object_id: str) -> Found:
    """The row's source, with its `place` as inbox/<source>/<file>:<line>; None where the file is not known.

    What an invoice's lines do not tell of its amount counts as a line `<invoice>:rest`: it leads to the invoice.
    """
    found = rows(con, _SOURCE, [kind, object_id])
    if not found and kind == "invoice_line":
        kind = "invoice"
        found = rows(con, _SOURCE, [kind, object_id.removesuffix(":rest")])
    source = found[0] if found else {"object": kind, "object_id": object_id, "file": None, "rule": None}
    place = f"inbox/{source['source_system']}/{source['file']}:{source['line']}" if source["file"] else None
    return source | {"place": place}


def _valued(home: Home, currencies: list[Found], calendar: pl.DataFrame) -> list[Found]:
    """Each currency's row with what one unit was worth (`rate`) and the day of the quote; both None without one."""
    given = {
        "intermediate.period": calendar,
        # It only names currencies, which the movements name too.
        "intermediate.billed_line_run": pl.DataFrame({"currency": [row["currency"] for row in currencies]}),
    }
    with beside(home.snapshot, given) as made:
        made.need("intermediate.period_rate")
        rates = {row["currency"]: row for row in rows(made.con, "from intermediate.period_rate")}
    return [row | {name: rates[row["currency"]][name] for name in ("rate", "quoted_on")} for row in currencies]


# --- adding it up ----------------------------------------------------------------------------------------------------


def problems(found: Mapping[str, Any]) -> list[str]:
    """Sentences on whatever does not come to the published number, to the cent."""
    said = [_unpriced(item) for item in found["items"]]
    said += [_unbalanced(row, f"in {row['currency']}") for row in found["currencies"]]
    for row in found["currencies"]:
        summed = worth(found, row["currency"])
        if abs(summed - row["closing"]) >= CENT:
            said.append(
                f"The items in {row['currency']} come to {summed:,.6f}, marts.mrr_movement says {row['closing']:,.6f}."
            )
    whole = found["whole"]
    if whole is not None:
        said.append(_unbalanced(whole, "in total"))
        summed = sum((converted(row) for row in found["currencies"]), Decimal(0))
        if abs(summed - whole["mrr"]) >= CENT:
            said.append(f"The currencies come to {summed:,.6f}, marts.company_month says {whole['mrr']:,.6f}.")
    return [one for one in said if one]


def worth(found: Mapping[str, Any], currency: str) -> Decimal:
    """What the items in one currency come to a month: of each whose movements are told, not below 0."""
    grain = found["rules"]["movement_grain"]
    told = {"subscription": ["subscription_id"], "item": ["subscription_id", "item"]}.get(grain, [])
    units: dict[tuple[Any, ...], Decimal] = {}
    for item in (item for item in found["items"] if item["currency"] == currency):
        unit = tuple(item[name] for name in told)
        units[unit] = units.get(unit, Decimal(0)) + item["net_mrr"]
    return sum((max(one, Decimal(0)) for one in units.values()), Decimal(0))


def converted(row: Mapping[str, Any]) -> Decimal:
    """A currency's amount in the reporting currency, as `intermediate.company_value` has it."""
    return Decimal((row["closing"] * (row["rate"] or 0)).quantize(_SIX))


def gross(item: Mapping[str, Any]) -> Decimal | None:
    """Price × quantity × factor; None for what is not read from a subscription."""
    if item["subscription_version_id"] is None or item["numerator"] is None:
        return None
    return Decimal(
        item["quantity"] * item["unit_amount"] * item["numerator"] / (item["denominator"] * item["interval_count"])
    )


def _unpriced(item: Mapping[str, Any]) -> str | None:
    expected = gross(item)
    if expected is None or abs(expected - item["gross_mrr"]) < 2 * CENT:
        return None
    said = f"{expected:,.6f}, its row says {item['gross_mrr']:,.6f}"
    return f"Price × quantity × factor of {item['mrr_item_id']} is {said}."


def _unbalanced(row: Mapping[str, Any], what: str) -> str | None:
    moved = row["opening"] + row["new"] + row["reactivation"] + row["expansion"] + row["fx"]
    moved -= row["contraction"] + row["churn"]
    if moved == row["closing"]:
        return None
    return f"The movement {what} comes to {moved:,.6f}, not to {row['closing']:,.6f}."
