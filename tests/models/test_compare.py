"""`rapport compare` on random companies: the parts of a difference add up to it exactly, whatever the two sets are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import revenue_histories as histories
from mrr_oracle import STANDARD, Rules
from revenue_sets import RATES, config

from models.policy.loading import PolicyError, read_set
from models.policy.revenue import Set
from pipelines import declarations
from pipelines.answers import comparing
from pipelines.answers.lookup import NothingFoundError
from pipelines.home import Home
from pipelines.schemas import literal

if TYPE_CHECKING:
    from conftest import Bench

AS_OF = datetime(2025, 3, 17, 11, 30)
WEEKS = dict(STANDARD.months) | {"week": Fraction(30, 7)}
OTHER: dict[str, dict[str, Any]] = {
    "basis": {"basis": "invoice_line"},
    "counted_statuses": {"statuses": frozenset({"active", "trialing"})},
    "past_due_days": {"past_due_days": 20},
    "cancellation": {"cancellation": "at_notice"},
    "committed_minimum": {"committed_minimum": "in"},
    "counted_discounts": {"durations": frozenset({"forever"})},
    "movement_grain": {"grain": "parent"},
    "snapshot": {"snapshot": "first_instant"},
    "reactivation": {"reactivation": "within_days", "reactivation_days": 31},
    "conversion": {"conversion": "fixed_rate", "fixed_rate_on": date(2024, 2, 10)},
    "rounding": {"rounding": "per_item"},
    "interval": {"months": WEEKS},
}
"""Another value than the standard's of every switch."""
PAIRS = 3


def mixed(random: Random) -> Rules:
    chosen = [values for values in OTHER.values() if random.random() < 0.5]
    return Rules(**{name: value for values in chosen for name, value in values.items()})


Amounts = dict[tuple[str, date], Decimal]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, dict[str, Amounts]]]:
    """A home with a published file of random companies, and MRR by many sets as they are computed side by side."""
    from conftest import Bench

    home = Home(tmp_path_factory.mktemp("compared"))
    random = Random(12)
    sets = {f"other_{switch}": Rules(**values) for switch, values in OTHER.items()}
    sets |= {f"{side}_{number}": mixed(random) for number in range(PAIRS) for side in ("from", "to")}
    tables = histories.tables(histories.make(seed=5, companies=60), AS_OF) | {"objects.exchange_rate": RATES}
    made = Bench(tables, config(home.config, zone="Europe/Berlin", **sets))
    found: dict[str, Amounts] = {name: {} for name in ("standard", *sets)}
    for name, company, month, mrr in (
        made.want("marts.company_month").select("policy_id", "company_id", "month", "mrr").iter_rows()
    ):
        found[name][company, month] = mrr
    home.published.mkdir(parents=True)
    _publish(made, home)
    config(home.config, zone="Europe/Berlin", **sets)
    (home.config / "revenue.toml").write_text((home.config / "revenue.toml").read_text().replace(*_compared(home)))
    yield home, found
    declarations.use(None)


def _compared(home: Home) -> tuple[str, str]:
    """The line that names the sets computed side by side, and one that names none."""
    (line,) = (one for one in (home.config / "revenue.toml").read_text().splitlines() if one.startswith("compared"))
    return line, "compared = []"


def _publish(made: Bench, home: Home) -> None:
    for name in made.policies:
        made.want(f"policy.{name}")
    made.con.execute(f"attach {literal(home.snapshot)} as published").fetchall()
    for name in sorted(made.made):
        room = name.split(".")[0]
        if room in ("objects", "policy", "meta", "marts"):
            made.con.execute(f"create schema if not exists published.{room}").fetchall()
            made.con.execute(f"create table published.{name} as from {name}").fetchall()
    made.con.execute("create table published.marts.company_360 (company_id varchar)").fetchall()
    made.con.execute("detach published").fetchall()


def checked(found: dict[str, Any], before: Amounts, after: Amounts) -> int:
    """See that every row is what the two sets come to, with parts that add up; the number of rows."""
    rows = {(row["company_id"], row["month"]): row for row in found["rows"]}
    for key in before.keys() | after.keys() | rows.keys():
        amounts = before.get(key, Decimal(0)), after.get(key, Decimal(0))
        if key not in rows:
            assert amounts[0] == amounts[1], key
            continue
        row = rows[key]
        assert (row["first"], row["second"], row["difference"]) == (*amounts, amounts[1] - amounts[0])
        assert sum(row["parts"].values()) == row["difference"]
        assert row["parts"], "a row says something"
    return len(rows)


@pytest.mark.parametrize("number", range(PAIRS))
def test_parts_sum_to_the_difference(world: tuple[Home, dict[str, Amounts]], number: int) -> None:
    home, amounts = world
    first, second = f"from_{number}", f"to_{number}"
    found = comparing.find(home, first, second)
    assert checked(found, amounts[first], amounts[second]) > 50
    assert len(found["switches"]) > 2
    assert {name for row in found["rows"] for name in row["parts"]} <= {one["switch"] for one in found["switches"]}


@pytest.mark.parametrize("switch", OTHER)
def test_a_switch_that_differs_alone_explains_everything(world: tuple[Home, dict[str, Amounts]], switch: str) -> None:
    home, amounts = world
    found = comparing.find(home, "standard", f"other_{switch}")
    assert [one["switch"] for one in found["switches"]] == [switch]
    assert all(row["parts"] == {switch: row["difference"]} for row in found["rows"])
    told = checked(found, amounts["standard"], amounts[f"other_{switch}"])
    assert (told > 0) == (switch != "reactivation"), "what a change is called changes no amount"


def test_the_way_back_takes_away_what_the_way_there_gave(world: tuple[Home, dict[str, Amounts]]) -> None:
    home, _ = world
    there, back = comparing.find(home, "from_0", "to_0"), comparing.find(home, "to_0", "from_0")
    differences = [
        {(row["company_id"], row["month"]): row["difference"] for row in found["rows"] if row["difference"]}
        for found in (there, back)
    ]
    assert differences[0] == {key: -amount for key, amount in differences[1].items()}
    a_month = there["rows"][0]["month"]
    only = comparing.find(home, "from_0", "to_0", month=a_month)["rows"]
    assert only == [row for row in there["rows"] if row["month"] == a_month]


def test_every_switch_of_the_file_is_turned() -> None:
    assert set(comparing.SWITCHES) | comparing.WITH.keys() | {"policy_id"} == set(Set.model_fields)
    assert OTHER.keys() == set(comparing.SWITCHES)


def test_hybrids_go_from_the_one_to_the_other(world: tuple[Home, dict[str, Amounts]]) -> None:
    sets = [read_set("revenue", name, world[0].config) for name in ("from_1", "to_1")]
    made = comparing.hybrids(*sets)
    assert [one.model_dump()["policy_id"] for one in made] == [str(number) for number in range(len(made))]
    assert comparing.differing(made[0], sets[0]) == comparing.differing(made[-1], sets[1]) == []
    for number, switch in enumerate(comparing.differing(*sets)):
        assert comparing.differing(made[number], made[number + 1]) == [switch]


def test_what_cannot_be_compared_is_said(world: tuple[Home, dict[str, Amounts]]) -> None:
    home, _ = world
    with pytest.raises(PolicyError, match=r"There are no rules 'mine'\. There are: standard, chartmogul, from_0"):
        comparing.find(home, "standard", "mine")
    own = home.config / "revenue" / "apart.toml"
    own.write_text(
        (home.config / "revenue" / "to_0.toml")
        .read_text()
        .replace('policy_id = "to_0"', 'policy_id = "apart"')
        .replace('conversion = "fixed_rate"', 'conversion = "none"')
        .replace('conversion = "month_rate"', 'conversion = "none"')
        .replace("fixed_rate_on", "# fixed_rate_on")
    )
    try:
        with pytest.raises(NothingFoundError, match="The rules apart sum no currencies"):
            comparing.find(home, "standard", "apart")
    finally:
        own.unlink()
    assert comparing.find(home, "standard", "standard")["switches"] == []
