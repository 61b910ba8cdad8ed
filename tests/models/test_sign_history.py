"""The history of health's signs: on every day what the rows say of it, and on the as-of day what is told of now."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from sign_oracle import Oracle
from sign_world import DAYS, FIRST, LAST, World

DECIMAL = pl.Decimal(18, 6)
EVERY_DAY = [FIRST + timedelta(days=number) for number in range(DAYS)]


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=7, companies=60)


@pytest.fixture(scope="module")
def oracle(world: World) -> Oracle:
    return Oracle(world)


@pytest.fixture(scope="module")
def told(bench: Any, world: World) -> Any:
    made = bench(world.tables())
    made.want("intermediate.health_reading")
    return made


def by_day(told: Any) -> dict[tuple[str, str, date], Decimal]:
    """Every value on every day, by company, sign and day; a day that two spells tell of fails."""
    told.con.register("day", pl.DataFrame({"day_on": EVERY_DAY}))
    rows = told.con.sql(
        "select s.company_id, s.factor, d.day_on, s.value_at_from + s.per_day * date_diff('day', s.from_on, d.day_on) "
        "from intermediate.sign_spell as s "
        "join day as d on d.day_on >= s.from_on and coalesce(d.day_on < s.to_on, true)"
    ).fetchall()
    found = {row[:3]: row[3] for row in rows}
    assert len(found) == len(rows)
    return found


def test_each_sign_is_on_every_day_what_the_rows_say(told: Any, world: World, oracle: Oracle) -> None:
    found = by_day(told)
    customers = [(name, day) for name in world.names for day in EVERY_DAY if oracle.is_customer(name, day)]
    for factor, value in oracle.signs.items():
        right = {(name, factor, day): said for name, day in customers if (said := value(name, day)) is not None}
        mine = {key: said for key, said in found.items() if key[1] == factor}
        wrong = [(key, right.get(key), mine.get(key)) for key in right.keys() | mine.keys() if right.get(key) != mine.get(key)]
        assert not wrong, (factor, len(wrong), sorted(wrong, key=str)[:3])
        assert len(set(right.values())) > 1, f"{factor} never changes in this world"
