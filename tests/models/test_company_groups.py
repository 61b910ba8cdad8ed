"""Groups of companies: depth, top and every sum over the tree against a plain recursive re-telling, cycles included."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.marts.company_360 import Company360
from models.marts.company_group import CompanyGroup
from models.marts.company_month import CompanyMonth
from pipelines.schemas import columns_of

if TYPE_CHECKING:
    from conftest import Bench

Row = dict[str, Any]
BLANK = {"VARCHAR": "EUR", "BOOLEAN": False, "DATE": "2026-06-01", "BIGINT": 0}
PEOPLE = "contact_count_total"
TOTALS = [name for name in CompanyGroup.to_schema().columns if name.endswith("_total") and name != PEOPLE]
AMOUNTS = ("mrr", "arr", "gross_mrr", "opening", "new", "reactivation", "expansion", "contraction", "churn", "fx")


def filled(schema: Any, **given: Any) -> Row:
    """A row with something in every column that must be filled."""
    blank = {c.name: BLANK.get(c.sql_type, Decimal(0)) for c in columns_of(schema) if not c.nullable}
    return {**blank, **{c.name: "none" for c in columns_of(schema) if c.words and not c.nullable}, **given}


def random_parents(chance: random.Random) -> dict[str, str | None]:
    """A chain of thirteen, and companies with any other as parent: cycles, themselves, nobody among them."""
    names = [f"c{number:02}" for number in range(chance.randrange(14, 32))]
    parents: dict[str, str | None] = {name: chance.choice([None, None, *names]) for name in names}
    return parents | dict(zip(names[:13], [*names[1:13], None], strict=True))


def world(chance: random.Random, parents: dict[str, str | None]) -> dict[str, Any]:
    """Companies with random measures, months and jobs."""
    views, months, revenue = [], [], []
    for name, above in parents.items():
        measures: Row = {total.removesuffix("_total"): chance.randrange(5) for total in TOTALS}
        place = {"company_id": name, "name": name, "parent_company_id": above, "ultimate_parent_id": name, "depth": 0}
        views.append(filled(Company360, **place, **measures, source_count=1, customer_status="customer"))
        amounts = {amount: Decimal(chance.randrange(9)) / 4 for amount in AMOUNTS}
        months.append(filled(CompanyMonth, company_id=name, **amounts, is_customer=chance.random() < 0.5))
        revenue.append({"company_id": name, "mrr": measures["mrr"], "arr": measures["arr"], "currency": "EUR"})
    jobs = [
        {
            "contact_id": f"p{chance.randrange(12)}",
            "company_id": chance.choice(sorted(parents)),
            "ended_on": chance.choice([None, None, "2026-01-31", "2027-01-31"]),
            "source_deleted_at": chance.choice([None, None, None, "2026-01-31"]),
        }
        for _ in range(40)
    ]
    companies = [{"company_id": name, "name": name, "parent_company_id": above} for name, above in parents.items()]
    return {
        "objects.company": companies,
        "objects.job_role": jobs,
        "intermediate.company_revenue": revenue,
        "marts.company_360": views,
        "marts.company_month": months,
    }


# --- the same, told plainly ------------------------------------------------------------------------------------------


def is_own_ancestor(name: str, parents: dict[str, str | None]) -> bool:
    above, steps = parents[name], 0
    while above is not None and above != name and steps <= len(parents):
        above, steps = parents[above], steps + 1
    return above == name


def line(name: str, parents: dict[str, str | None]) -> list[str]:
    """The company and all above it, up to the first whose parent is not followed."""
    above = parents[name]
    if above is None or is_own_ancestor(name, parents):
        return [name]
    return [name, *line(above, parents)]


def below(name: str, parents: dict[str, str | None]) -> list[str]:
    """The company and all below it."""
    daughters = [other for other, above in parents.items() if above == name and not is_own_ancestor(other, parents)]
    return [name, *(one for daughter in daughters for one in below(daughter, parents))]


@pytest.mark.parametrize("seed", range(12))
def test_a_group_is_what_walking_the_tree_gives(bench: type[Bench], seed: int) -> None:
    chance = random.Random(seed)
    parents = random_parents(chance)
    given = world(chance, parents)
    made = bench(given)
    places = {row["company_id"]: row for row in made.want("intermediate.company_total").to_dicts()}
    for name in parents:
        up, down, place = line(name, parents), below(name, parents), places[name]
        assert (place["depth"], place["ultimate_parent_id"]) == (len(up) - 1, up[-1])
        assert place["is_in_parent_cycle"] == is_own_ancestor(name, parents)
        assert place["descendant_count"] == len(down) - 1
    assert max(place["depth"] for place in places.values()) >= 12
    for view in given["marts.company_360"]:
        view |= {key: places[view["company_id"]][key] for key in ("depth", "ultimate_parent_id", "is_in_parent_cycle")}
    whole = bench(given)
    groups = {row["company_id"]: row for row in whole.want("marts.company_group").to_dicts()}
    grouped = {name for name, above in parents.items() if above is not None} | {*parents.values()} - {None}
    assert groups.keys() == grouped
    check_sums(given, parents, groups)
    check_months(given, parents, whole.want("marts.company_group_month").to_dicts())
    for invariant in ("groups_sum_to_companies", "group_months_sum_to_companies"):
        assert whole.offenders(invariant).height == 0
    cyclic = {name for name in parents if is_own_ancestor(name, parents)}
    assert set(whole.offenders("no_company_above_itself")["company_id"]) == cyclic


def check_sums(given: dict[str, Any], parents: dict[str, str | None], groups: dict[str, Row]) -> None:
    views = {view["company_id"]: view for view in given["marts.company_360"]}
    for name, group in groups.items():
        down = below(name, parents)
        assert group["company_count"] == len(down)
        for total in TOTALS:
            assert group[total] == sum(views[one][total.removesuffix("_total")] for one in down), total
        people = {
            job["contact_id"]
            for job in given["objects.job_role"]
            if job["company_id"] in down and not job["source_deleted_at"] and job["ended_on"] != "2026-01-31"
        }
        assert group[PEOPLE] == len(people)


def check_months(given: dict[str, Any], parents: dict[str, str | None], rows: list[Row]) -> None:
    months = {month["company_id"]: month for month in given["marts.company_month"]}
    for row in rows:
        down = below(row["company_id"], parents)
        for amount in AMOUNTS:
            assert row[amount] == sum(months[one][amount] for one in down)
        assert row["customer_count"] == sum(months[one]["is_customer"] for one in down)


def test_who_works_for_mother_and_daughter_is_one_person_of_the_group(bench: type[Bench]) -> None:
    given = world(random.Random(1), {"mother": None, "daughter": "mother", "alone": None})
    given["objects.job_role"] = [
        {"contact_id": "ann", "company_id": company_id} for company_id in ("mother", "daughter", "alone")
    ]
    rows = bench(given).want("marts.company_group")
    assert dict(rows.select("company_id", PEOPLE).rows()) == {"mother": 1, "daughter": 1}


def test_without_groups_there_is_nothing_to_add_up(bench: type[Bench]) -> None:
    made = bench(world(random.Random(1), {"alone": None}))
    assert made.want("marts.company_group").height == 0
    for invariant in ("groups_sum_to_companies", "group_months_sum_to_companies"):
        assert made.offenders(invariant).height == 0


def test_a_company_counted_twice_is_found(bench: type[Bench]) -> None:
    parents = {"mother": None, "daughter": "mother"}
    given = world(random.Random(1), parents)
    given["marts.company_360"][1] |= {"ultimate_parent_id": "mother", "depth": 1, "mrr": 1}
    given["marts.company_month"][1] |= {"mrr": 1}
    right = bench(given)
    groups, months = (right.want(f"marts.company_group{kind}") for kind in ("", "_month"))
    twice = groups.with_columns(groups["mrr_total"] + 1)
    assert bench(given | {"marts.company_group": twice}).offenders("groups_sum_to_companies").height == 1
    wrong = bench(given | {"marts.company_group_month": months.with_columns(months["mrr"] + 1)})
    assert wrong.offenders("group_months_sum_to_companies").height == 2, "the sum there is, and the one there should be"
