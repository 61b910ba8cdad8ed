"""The history of health's signs: on every day what the rows say of it, and on the as-of day what is told of now."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from sign_oracle import Oracle
from sign_world import AS_OF, DAYS, FIRST, LAST, WINDOWS, World

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
    made.want("intermediate.health_point")
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
        wrong = [
            (key, right.get(key), mine.get(key))
            for key in right.keys() | mine.keys()
            if right.get(key) != mine.get(key)
        ]
        assert not wrong, (factor, len(wrong), sorted(wrong, key=str)[:3])
        assert len(set(right.values())) > 1, f"{factor} never changes in this world"


def test_customers_spans_are_whole_and_know_their_notice(told: Any, world: World, oracle: Oracle) -> None:
    spans = told.con.sql("select company_id, from_on, to_on, notice_on from intermediate.customer_span").fetchall()
    covered = {
        (name, first + timedelta(days=number))
        for name, first, stop, _ in spans
        for number in range(((stop or LAST + timedelta(days=1)) - first).days)
    }
    for name in world.names:
        for day in EVERY_DAY:
            assert ((name, day) in covered) == oracle.is_customer(name, day), (name, day)
        own = sorted(span[1:] for span in spans if span[0] == name)
        for (_, stop, _), (following, _, _) in pairwise(own):
            assert stop < following, f"{name}: two spans that meet are one"
    for name, first, stop, notice in spans:
        assert notice == oracle.notice_on(name, first, stop), (name, first, stop)
    assert {notice is None for *_, notice in spans} == {True, False}


HORIZON = WINDOWS["contract_horizon_days"]
NOW = {
    "last_touch": ("intermediate.company_touch", "date_diff('day', cast(last_touch_at as date), as_of_on)"),
    "ticket_load": ("intermediate.company_ticket", "recent_count"),
    "ticket_severity": ("intermediate.company_ticket", "open_severe_count"),
    "nps": ("intermediate.nps_current", "100.0 * (promoter_count - detractor_count) / response_count"),
    "payments_overdue": ("intermediate.company_invoice", "overdue_days"),
    "contract_time_left": (
        "intermediate.company_status",
        f"least(coalesce(date_diff('day', as_of_on, customer_to), {HORIZON}), {HORIZON})",
    ),
    "csm_score": (
        "objects.company",
        "case when coalesce(date_diff('day', cast(csm_score_at as date), as_of_on) <= "
        f"{WINDOWS['csm_score_days']}, true) then csm_score end",
    ),
    "champion_left": ("intermediate.company_champion", "left_count / cast(champion_count as double)"),
    "usage_breadth": ("marts.company_usage", "case when last_used_at is not null then breadth end"),
    "usage_trend": ("marts.company_usage", "trend"),
}
"""What other tables say of now, where they count by the same rule."""


@pytest.mark.parametrize("factor", NOW)
def test_the_reading_of_now_is_what_other_tables_say_of_now(told: Any, factor: str) -> None:
    table, value = NOW[factor]
    for name in (table, "intermediate.company_status"):
        told.want(name)
    said = told.con.sql(f"select company_id, {value} from {table} cross join meta.run").fetchall()
    read = told.con.sql(
        "select p.company_id, p.raw_value from intermediate.health_point as p "
        f"join meta.run as r on p.day_on = r.as_of_on where p.factor = '{factor}'"
    )
    status = told.con.sql("select company_id, customer_status from intermediate.company_status").fetchall()
    customers = {name for name, word in status if word in ("customer", "canceled")}
    right = {name: round(float(value), 6) for name, value in said if name in customers and value is not None}
    if factor.startswith("ticket"):  # who has no ticket has none
        right = dict.fromkeys(customers, 0.0) | right
    assert {name: float(value) for name, value in read.fetchall()} == right
    assert len(set(right.values())) > 1


HAPPENINGS = ("last_touch", "response_balance", "ticket_load", "nps", "usage_trend")
"""Signs made of what happens once and is never otherwise."""


def test_what_happens_later_changes_no_day_before_it(told: Any, bench: Any, world: World, oracle: Oracle) -> None:
    day = LAST - timedelta(days=40)
    earlier = bench(world.tables() | {"meta.run": [{"as_of": datetime.combine(day, AS_OF.time())}]})
    earlier.want("intermediate.sign_spell")
    before = {key: value for key, value in by_day(earlier).items() if key[1] in HAPPENINGS and key[2] <= day}
    after = {key: value for key, value in by_day(told).items() if key[1] in HAPPENINGS and key[2] <= day}
    held = {(name, day) for name, _, day in before}  # what a subscription says of its end, it says of the past too
    assert before == {key: value for key, value in after.items() if (key[0], key[2]) in held}
    assert len(before) > 5000


def test_the_use_of_licences_is_what_is_told_of_now(told: Any) -> None:
    said = told.want("marts.company_usage").filter(
        pl.col("licence_use").is_not_null()
        & (pl.col("last_used_at").is_not_null() | pl.col("licences_read_at").is_not_null())
    )
    read = told.want("intermediate.health_point").filter(factor="usage_level", day_on=AS_OF.date())
    both = said.join(read, on="company_id")
    assert both["raw_value"].cast(pl.Float64).to_list() == both["licence_use"].cast(pl.Float64).to_list()
    assert set(both["licences_used_from"]) == {"reading", "active_users"}
