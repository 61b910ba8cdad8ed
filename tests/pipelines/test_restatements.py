"""What a closed month said, says now, and why; and that the memory of it never says what was not published."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.tables import publications
from tests.pipelines.said_books import Books, Said

FEB, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (2, 3, 4, 5))
DAY = date(2026, 4, 30)
THEN, NOW = datetime(2026, 5, 1), datetime(2026, 5, 9)
SAID = {("a", MARCH): 100, ("a", APRIL): 100, ("b", APRIL): 50}
LATE = {**SAID, ("b", MARCH): 50}


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    made = Books(tmp_path)
    made.deliver(THEN)
    made.publish(DAY, SAID)
    yield made
    made.con.close()


def test_first_publications_restate_nothing(books: Books) -> None:
    assert books.told() == []
    assert books.noted()[2] == 5  # two months in total, three of companies
    books.publish(date(2026, 5, 31), {**SAID, ("a", MAY): 100})
    assert books.told() == []
    assert books.noted()[2] == 7


def test_nothing_new_leaves_no_row(books: Books) -> None:
    before = books.noted()
    for days in (0, 0, 1, 5):
        books.publish(DAY + timedelta(days=days), SAID)
    assert books.noted() == before
    assert books.told() == []


def test_a_late_row(books: Books) -> None:
    books.deliver(NOW)
    books.change(NOW, "b", "Subscription s was added.")
    books.change(THEN, "b", "Company b was added.")
    books.publish(DAY, LATE)
    assert books.differences() == [(2, "Mar", "(all)", 50), (2, "Mar", "b", 50)]
    ((said, says, at, cause, because, count),) = books.told(
        "said, says, restated_at, cause, because, change_count", "company_id = 'b'"
    )
    assert (said, says, at, cause, count) == (0, 50, NOW, "late or changed source rows", 1)
    assert because == "1 change: Subscription s was added (stripe/subscriptions.json:7)."
    assert books.told("cause, because", "dimension = '(all)'") == [(cause, because)]
    assert books.broken() == {}


def test_a_correction_of_one_company_and_one_that_moves_revenue_between_two(books: Books) -> None:
    books.deliver(NOW)
    books.change(NOW, "a", "Subscription s: company changed from a to b.")
    books.publish(DAY, {("b", MARCH): 100, ("a", APRIL): 100, ("b", APRIL): 50})
    assert books.differences() == [(2, "Mar", "a", -100), (2, "Mar", "b", 100)]
    assert books.broken() == {}
    ((cause, because),) = books.told("cause, because", "member = 'b'")
    assert cause == "late or changed source rows"
    assert because == "Of others: Subscription s: company changed from a to b (stripe/subscriptions.json:7)."


def test_it_is_told_again_each_time_and_what_was_said_first_stays(books: Books) -> None:
    for days, mrr in ((1, 60), (2, 70), (3, 50)):
        books.deliver(NOW + timedelta(days=days))
        books.change(NOW + timedelta(days=days), "b", f"Subscription s: value changed to {mrr}.")
        books.publish(DAY, {**SAID, ("b", APRIL): mrr})
    rows = books.told("publication, first_said, said, says, is_latest", "company_id = 'b'")
    assert rows == [(2, 50, 50, 60, False), (3, 50, 60, 70, False), (4, 50, 70, 50, True)]


def test_a_policy_that_the_number_is_made_from(books: Books) -> None:
    books.set_policy("revenue", "other")
    books.set_policy("nps", "other")
    books.publish(DAY, {**SAID, ("a", MARCH): 90})
    causes = set(books.told("cause, because"))
    assert causes == {("policy changed", "Policy changed: revenue.")}


def test_several_causes_stand_in_order(books: Books) -> None:
    books.deliver(NOW)
    books.change(NOW, "b", "Subscription s was added.")
    books.set_policy("revenue", "other")
    books.kernel = "2"
    books.publish(DAY, {("a", MARCH): 90, ("a", APRIL): 90, ("b", APRIL): 50, ("b", MARCH): 50})
    assert set(books.told("member, cause", "dimension = 'company_id'")) == {
        ("a", "policy changed; new version of the software"),
        ("b", "late or changed source rows; policy changed; new version of the software"),
    }


def decide(books: Books, left: str, right: str) -> None:
    books.con.execute(
        "insert into policy.match_decision values ('1', 'company', 'same', ?, ?, 'mia@x.example', ?, null, null, null)",
        [left, right, NOW],
    ).fetchall()


def test_a_decision_about_identity_and_taking_it_back(books: Books) -> None:
    link = "insert into identity.company_link values ('a', 'a'), ('b', ?)"
    decide(books, "a", "b")
    books.con.execute(link, ["a"]).fetchall()
    books.publish(DAY, {("a", MARCH): 100, ("a", APRIL): 150})
    assert books.differences() == [(2, "Apr", "a", 50), (2, "Apr", "b", -50)]
    told = ("decision of a person about identity", "mia@x.example said on 2026-05-09 that a and b are the same.")
    assert set(books.told("cause, because")) == {told}
    assert set(books.told("restated_at")) == {(NOW,)}

    books.con.execute("update policy.match_decision set undone_at = ?, undone_by = 'jon@x.example'", [NOW]).fetchall()
    books.con.execute("delete from identity.company_link").fetchall()
    books.con.execute(link, ["b"]).fetchall()
    books.publish(DAY, SAID)
    assert books.differences()[2:] == [(3, "Apr", "a", -50), (3, "Apr", "b", 50)]
    because = "jon@x.example took back on 2026-05-09 that a and b are the same."
    assert set(books.told("because", "publication = 3")) == {(because,)}
    assert books.broken() == {}


def test_what_is_delivered_without_a_row_of_its_own_is_still_found(books: Books) -> None:
    """A row that is gone from a newer file leaves no change behind, and an exchange rate is nobody's."""
    books.deliver(NOW, "subscriptions_may.json", rows=3)
    books.publish(DAY, {**SAID, ("a", MARCH): 90})
    ((cause, because, count),) = set(books.told("cause, because, change_count"))
    assert cause == "late or changed source rows"
    assert (because, count) == ("Rows delivered in stripe/subscriptions_may.json.", 3)


def test_rows_of_objects_without_a_history_are_told_by_what_they_say(books: Books) -> None:
    books.deliver(NOW)
    books.con.execute(
        "insert into objects.exchange_rate (exchange_rate_id, currency, units_per_euro, source_system, "
        "source_record_id, loaded_at) values ('r', 'USD', 1.25, 'fx', 'r', ?)",
        [NOW],
    ).fetchall()
    books.publish(DAY, {**SAID, ("a", MARCH): 90})
    ((because,),) = set(books.told("because"))
    assert because == "Exchange rate r arrived or was changed: units per euro 1.25."


def test_a_later_day_alone_is_said_and_no_reason_at_all_is_a_defect(books: Books) -> None:
    books.publish(DAY + timedelta(days=1), {**SAID, ("a", MARCH): 90})
    assert set(books.told("cause")) == {("later day",)}
    books.publish(DAY + timedelta(days=1), {**SAID, ("a", MARCH): 80})
    assert set(books.told("cause", "publication = 3")) == {("no cause found",)}
    assert len(books.broken()["restatement_has_cause"]) == 2


def test_the_day_of_a_publication_reaches_as_far_as_it_was_said(books: Books) -> None:
    """Runs that say nothing new leave no row, but what they were computed for is not a change of the next one."""
    books.publish(DAY + timedelta(days=5), SAID)
    books.publish(DAY + timedelta(days=5), {**SAID, ("a", MARCH): 90})
    assert set(books.told("cause")) == {("no cause found",)}


def test_a_look_back_notes_nothing(books: Books) -> None:
    books.publish(date(2026, 5, 31), {**SAID, ("a", MAY): 100})
    before = books.noted()
    books.publish(DAY, {("a", MARCH): 1})
    assert books.noted() == before
    books.publish(date(2026, 5, 31), {**SAID, ("a", MAY): 100})
    assert books.noted() == before
    assert books.told() == []


def test_a_new_metric_restates_nothing_but_a_late_first_number_does(books: Books) -> None:
    row = "'nps', 'month', '2026-03-01', '(all)', '(all)', 1, 2, 0.5, 'points'"
    books.further = f"insert into metrics.metric_value values ({row})"
    books.deliver(NOW)
    books.publish(DAY, SAID)
    ((metric, said, says, difference),) = books.told("metric, said, says, difference")
    assert (metric, said, says, float(difference)) == ("nps", None, 0.5, 0.5)

    books.con.execute("delete from ledger.publication_input where name like 'metric.nps.%'").fetchall()
    books.con.execute("delete from ledger.published_value where metric = 'nps'").fetchall()
    books.publish(DAY, SAID)
    assert books.told(where="metric = 'nps'") == []


def test_a_run_that_ended_before_its_file_was_there_said_nothing(books: Books) -> None:
    books.deliver(NOW)
    books.build(DAY, {**SAID, ("a", MARCH): 77})
    assert books.differences() != []
    books.deliver(NOW + timedelta(days=1))
    books.publish(DAY, {**SAID, ("a", MARCH): 90})
    assert books.told("publication, said, says", "company_id = 'a'") == [(2, 100, 90)]


def test_a_run_that_ended_after_its_file_was_there_said_it(books: Books) -> None:
    books.deliver(NOW)
    books.build(DAY, {**SAID, ("a", MARCH): 77})
    books.swap_in()
    books.deliver(NOW + timedelta(days=1))
    books.publish(DAY, {**SAID, ("a", MARCH): 90})
    assert books.told("publication, said, says", "company_id = 'a'") == [(2, 100, 77), (3, 77, 90)]


def test_what_is_waiting_counts_when_it_is_published_in_another_run(books: Books) -> None:
    books.deliver(NOW)
    books.build(DAY, {**SAID, ("a", MARCH): 77})
    publications.prepare(books.con, books.published)  # the next run finds everything built
    books.swap_in()
    publications.confirm(books.con)
    books.publish(DAY, {**SAID, ("a", MARCH): 77})
    assert books.told("publication, said, says", "company_id = 'a'") == [(2, 100, 77)]


@pytest.mark.parametrize("seed", range(4))
def test_against_a_diary_of_what_readers_saw(tmp_path: Path, seed: int) -> None:
    """Random numbers, days forward and back, runs that end anywhere: the memory tells what the readers' diary tells."""
    rng, books = random.Random(seed), Books(tmp_path)
    diary: list[tuple[date, Said]] = []
    expected: list[tuple[str, date, int, int]] = []
    day, said = DAY, dict(SAID)
    for step in range(10):
        books.deliver(THEN + timedelta(days=step))
        day += timedelta(days=rng.choice((-40, 0, 3, 20)))
        for _ in range(rng.randint(0, 2)):
            said[rng.choice("abc"), rng.choice((FEB, MARCH, APRIL, MAY))] = rng.choice((0, 10, 20))
        books.build(day, said)
        end = rng.choice(("published", "published", "before", "after"))
        if end != "before":
            books.swap_in()
            is_look_back = bool(diary) and day < max(told_for for told_for, _ in diary)
            if not is_look_back:
                expected += _compared(diary[-1] if diary else None, day, said)
                diary.append((day, dict(said)))
        if end == "published":
            publications.confirm(books.con)
    books.publish(max([DAY, *(told_for for told_for, _ in diary)]), diary[-1][1] if diary else said)
    found = books.told("member, period, cast(said as bigint), cast(says as bigint)", "dimension = 'company_id'")
    assert sorted(found) == sorted(expected)
    assert "restatements_sum_to_total" not in books.broken()
    books.con.close()


def _compared(last: tuple[date, Said] | None, day: date, said: Said) -> list[tuple[str, date, int, int]]:
    """Company, month, what was said and what is said, of months that were over already the last time."""
    if last is None:
        return []
    over = (last[0] + timedelta(days=1)).replace(day=1)
    return [
        (*number, last[1].get(number, 0), said.get(number, 0))
        for number in sorted({*last[1], *said})
        if number[1] < over and last[1].get(number, 0) != said.get(number, 0)
    ]
