"""What alerts make: one message per cause, whatever the runs and the days; and what a message says."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date

import pytest

from pipelines.home import Home
from pipelines.tables import alerts
from tests.pipelines.outbox_world import FILE, FIRST_DAY, Days, later


@pytest.fixture
def days(home: Home) -> Iterator[Days]:
    made = Days(home)
    yield made
    made.con.close()


def test_twenty_runs_with_one_cause_make_one_message_and_two_causes_two(days: Days) -> None:
    for number in range(20):
        days.show(later(number), due={"a": FIRST_DAY}, risky={"a": "at_risk"})
        assert days.note() == (2 if number == 0 else 0)
    days.show(later(20), due={"a": later(20), "b": FIRST_DAY}, risky={"a": "at_risk", "b": "at_risk"})
    assert days.note() == 3
    assert days.note() == 0
    found = days.rows("select alert, company_id, since_on, made_on from ledger.outbox order by made_on, alert, 2")
    assert found == [
        ("overdue", "a", FIRST_DAY, FIRST_DAY),
        ("risk", "a", FIRST_DAY, FIRST_DAY),
        ("overdue", "a", later(20), later(20)),
        ("overdue", "b", FIRST_DAY, later(20)),
        ("risk", "b", later(20), later(20)),
    ]


def test_what_has_no_day_is_told_again_only_after_it_was_over(days: Days) -> None:
    told = []
    for number, band in enumerate(["at_risk", "at_risk", "thriving", "thriving", "at_risk", "at_risk"]):
        days.show(later(number), risky={"a": band})
        told.append(days.note())
    assert told == [1, 0, 0, 0, 1, 0]
    assert days.rows("select since_on, lapsed_on from ledger.outbox order by 1") == [
        (FIRST_DAY, later(2)),
        (later(4), None),
    ]


def test_what_was_delivered_wrongly_and_put_right_the_same_day_is_the_same_cause(days: Days) -> None:
    for day, band in [(0, "at_risk"), (0, "thriving"), (0, "at_risk"), (1, "at_risk")]:
        days.show(later(day), risky={"a": band})
        days.note()
    assert days.rows("select since_on, lapsed_on from ledger.outbox") == [(FIRST_DAY, None)]


def test_within_the_cooldown_nothing_is_told_and_then_what_still_holds(home: Home) -> None:
    days = Days(home, FILE.replace("cooldown_days = 0", "cooldown_days = 7"))
    told = []
    for number in range(12):
        since = later(0 if number < 3 else 3)
        days.show(later(number), due={"a": since}, risky={"a": "thriving" if number == 2 else "at_risk"})
        days.note()
        told.append(
            tuple(row[0] for row in days.rows("select count(*) from ledger.outbox group by alert order by alert"))
        )
    assert told == [(1, 1)] * 7 + [(2, 2)] * 5
    days.con.close()


@pytest.mark.parametrize(("cooldown", "told"), [(0, 2), (1, 1)])
def test_two_causes_of_one_subject_that_are_seen_at_once(home: Home, cooldown: int, told: int) -> None:
    text = FILE.replace("cooldown_days = 0", f"cooldown_days = {cooldown}", 1).replace(
        '["renewal_id"]', '["company_id"]'
    )
    days = Days(home, text)
    days.show(FIRST_DAY, due={"a": FIRST_DAY})
    days.con.execute("insert into marts.renewal values ('b', 'a', 'due', ?), ('c', 'a', 'due', ?)", [later(-1)] * 2)
    assert days.note() == told
    days.con.close()


@pytest.mark.parametrize("seed", range(4))
def test_random_days_against_a_simulation_step_by_step(home: Home, seed: int) -> None:
    chance = random.Random(seed)
    cooldown = chance.choice([0, 3])
    days = Days(home, FILE.replace("cooldown_days = 0", f"cooldown_days = {cooldown}"))
    names = ["a", "b", "c", "d"]
    since: dict[str, date | None] = dict.fromkeys(names)
    band = dict.fromkeys(names, "thriving")
    expected: set[tuple[str, str, date, date]] = set()
    going_on: dict[str, bool] = dict.fromkeys(names, False)

    def is_quiet(alert: str, name: str, day: date) -> bool:
        made = [told[3] for told in expected if told[:2] == (alert, name)]
        return any((day - earlier).days < cooldown for earlier in made)

    for number in range(40):
        day = later(number)
        for name in names:
            if chance.random() < 0.2:
                since[name] = chance.choice([None, day, FIRST_DAY])
            if chance.random() < 0.2:
                band[name] = chance.choice(["at_risk", "thriving"])
        if chance.random() < 0.1:
            continue  # nobody ran anything that day
        for name in names:
            began = since[name]
            is_new = began is not None and ("overdue", name, began) not in {told[:3] for told in expected}
            if began is not None and is_new and not is_quiet("overdue", name, day):
                expected.add(("overdue", name, began, day))
            if band[name] != "at_risk":
                going_on[name] = False
            elif not going_on[name] and not is_quiet("risk", name, day):
                expected.add(("risk", name, day, day))
                going_on[name] = True
        days.show(day, due={name: day for name, day in since.items() if day}, risky=band)
        for _ in range(chance.choice([1, 1, 3])):
            days.note()
    found = days.rows("select alert, company_id, since_on, made_on from ledger.outbox")
    assert set(found) == expected
    assert len(found) == len(expected) > 15
    days.con.close()


def test_an_alert_that_cannot_be_worked_out_says_so_once_and_stops_no_other(home: Home) -> None:
    days = Days(home, FILE.replace("status = 'due'", "cast(status as integer) = 1"))
    for number in range(3):
        days.show(later(number), due={"a": FIRST_DAY}, risky={"a": "at_risk"})
        days.note()
    texts = days.rows("select alert, payload ->> '$.text' from ledger.outbox order by alert")
    assert [alert for alert, _ in texts] == ["overdue", "risk"]
    assert "cannot be worked out; mend it in alert.toml" in texts[0][1]
    days.con.close()


def test_words_of_ours_are_written_as_people_write_them(home: Home) -> None:
    days = Days(home, FILE.replace("{reasons}", "{band}, {company_id}"))
    days.show(FIRST_DAY, risky={"a_b": "at_risk"})
    days.note()
    ((told,),) = days.rows("select payload ->> '$.text' from ledger.outbox")
    assert told.endswith("of 12,000; at risk, a_b")
    days.con.close()


def test_the_message_is_plain_and_nothing_in_a_name_is_a_command(days: Days) -> None:
    days.show(FIRST_DAY, risky={"a&b": "at_risk"})
    days.note()
    ((told,),) = days.rows("select cast(payload as varchar) from ledger.outbox")
    message = json.loads(told)
    assert message["text"] == "Firm &lt;a&amp;b&gt; has 41.50 of 12,000; unknown"
    section, context = message["blocks"]
    assert section["text"] == {
        "type": "plain_text",
        "text": "Firm <a&b> has 41.50 of 12,000; unknown",
        "emoji": False,
    }
    assert context["elements"][0]["text"] == "At risk, as of 2026-06-01"
    assert set(message) == {"text", "blocks"}
    assert len(json.dumps(alerts.payload("x", alerts._cut("y" * 9000), FIRST_DAY)["blocks"][0])) < 3000
