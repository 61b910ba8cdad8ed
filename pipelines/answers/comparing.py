"""What two sets of rules make of each company's months, and which of their switches makes how much of the difference.

The switches of the first set are turned into the second's one after another, in the order of the file, and all these
hybrids are computed at once over the published file. What a switch is held to account for is what changed when it was
turned; so the parts add up to the difference exactly, and which of two switches that work together gets how much
depends on their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from models.policy.loading import read_set, set_tables
from models.policy.revenue import Set
from pipelines import declarations
from pipelines.answers.beside import beside
from pipelines.answers.lookup import NothingFoundError, find_company, open_snapshot, rows
from pipelines.home import Home

Found = dict[str, Any]
WITH = {"reactivation_days": "reactivation", "fixed_rate_on": "conversion"}
"""Settings that say something only together with another: the two are turned as one."""
SWITCHES = tuple(name for name in Set.model_fields if name != "policy_id" and name not in WITH)
"""In the order of the file, which is the order in which they are turned."""


def find(home: Home, first: str, second: str, who: str | None = None, month: date | None = None) -> Found:
    """What differs, as plain values: policies (the two ids), switches (switch, before, after), rows.

    A row is a company and month in which anything differs on the way from the first set to the second: company_id,
    name, month, currency (the reporting one), first and second (MRR by either set), difference, and parts (switch ->
    amount, those that are 0 left out). Raises `NothingFoundError` where nobody goes by `who`, nothing is published yet,
    or a set does not sum currencies, and PolicyError where there is no such set.
    """
    with open_snapshot(home) as con:
        company_id = find_company(con, who)["company_id"] if who is not None else None
    declarations.use(home)
    sets = [read_set("revenue", name, home.config) for name in (first, second)]
    for name, one in zip((first, second), sets, strict=True):
        if one.model_dump()["conversion"] == "none":
            said = f"The rules {name} sum no currencies (conversion = 'none'), so there is no total to compare."
            raise NothingFoundError(f"{said} Their numbers per currency stand in marts.mrr_movement.")
    turned = differing(*sets)
    told = _computed(home, hybrids(*sets), company_id, month)
    return {
        "policies": [first, second],
        "switches": [{"switch": name, "before": _of(sets[0], name), "after": _of(sets[1], name)} for name in turned],
        "rows": [_row(row, turned) for row in told],
    }


def differing(first: BaseModel, second: BaseModel) -> list[str]:
    """The switches in which two sets differ, in the order of the file."""
    return [name for name in SWITCHES if _of(first, name) != _of(second, name)]


def _of(one: BaseModel, switch: str) -> Any:
    """What a set says of a switch, as plain values that are equal where the meaning is."""
    values = one.model_dump()
    value = values[switch]
    if switch == "interval":
        worth = {each["billing_interval"]: Fraction(each["numerator"], each["denominator"]) for each in value}
        return {name: str(worth[name]) for name in sorted(worth)}
    if isinstance(value, list):
        return sorted(value)
    if switch == "reactivation" and value == "within_days":
        return f"{value}: {values['reactivation_days']}"
    return f"{value}: {values['fixed_rate_on']}" if switch == "conversion" and value == "fixed_rate" else value


def hybrids(first: BaseModel, second: BaseModel) -> list[BaseModel]:
    """The first set, then one more switch of it turned each time, until it is the second; named 0, 1, 2 ..."""
    now = Set.model_construct(**{**{name: getattr(first, name) for name in Set.model_fields}, "policy_id": "0"})
    made: list[BaseModel] = [now]
    for number, switch in enumerate(differing(first, second), 1):
        together = [switch, *(name for name, other in WITH.items() if other == switch)]
        now = now.model_copy(update={**{name: getattr(second, name) for name in together}, "policy_id": str(number)})
        made.append(now)
    return made


def _computed(home: Home, sets: Sequence[BaseModel], company_id: str | None, month: date | None) -> list[Found]:
    """MRR by every hybrid (columns mrr_0, mrr_1 ...) of the companies and months where they are not all the same."""
    given = {f"policy.{name}": frame for name, frame in set_tables("revenue", sets).items()}
    columns = [f"mrr_{number}" for number in range(len(sets))]
    amounts = ", ".join(
        f"coalesce(max(m.mrr) filter (where m.policy_id = '{number}'), 0) as {name}"
        for number, name in enumerate(columns)
    )
    with beside(home.snapshot, given) as made:
        made.make("marts.company_month")
        return rows(
            made.con,
            f"""
            select m.company_id, c.name, m.month, m.currency, {amounts}
            from marts.company_month as m
            left join objects.company as c on c.company_id = m.company_id
            where ($company is null or m.company_id = $company) and ($month is null or m.month = $month)
            group by m.company_id, c.name, m.month, m.currency
            having {" or ".join(f"{name} <> mrr_0" for name in columns)}
            order by m.month, c.name, m.company_id
            """,
            {"company": company_id, "month": month},
        )


def _row(row: Found, switches: Sequence[str]) -> Found:
    amounts = [row.pop(f"mrr_{number}") for number in range(len(switches) + 1)]
    steps = zip(switches, amounts, amounts[1:], strict=False)
    parts = {name: after - before for name, before, after in steps if after != before}
    return row | {"first": amounts[0], "second": amounts[-1], "difference": amounts[-1] - amounts[0], "parts": parts}
