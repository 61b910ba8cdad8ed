"""The demo's truth against cases worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from models.demo.frames import COLUMNS, Row, table
from models.demo.truth import six, truth_mrr, truth_nps
from models.demo.truth_tickets import business_time, truth_ticket_times


def sub(sub_no: int, *items: Row, company_no: int = 1, currency: str = "EUR") -> tuple[Row, list[Row]]:
    row: Row = dict.fromkeys(COLUMNS["subscriptions"].split())
    row |= {"sub_no": sub_no, "company_no": company_no, "currency": currency, "status": "active"}
    row["started_at"] = min(item["valid_from"] for item in items)
    return row, [
        {"sub_no": sub_no, "item_no": sub_no * 10 + no, "currency": currency} | item for no, item in enumerate(items)
    ]


def item(
    unit_amount: str,
    first: datetime,
    last: datetime | None = None,
    *,
    quantity: int = 1,
    every: tuple[str, int] = ("month", 1),
    status: str = "active",
    is_metered: bool = False,
) -> Row:
    return {
        "price_no": 1,
        "quantity": quantity,
        "unit_amount": Decimal(unit_amount),
        "billing_interval": every[0],
        "interval_count": every[1],
        "status": status,
        "is_metered": is_metered,
        "valid_from": first,
        "valid_to": last,
    }


def off(sub_no: int, first: datetime, last: datetime | None, *, percent: str = "", amount: str = "") -> Row:
    return {
        "sub_no": sub_no,
        "discount_no": 1,
        "percent_off": Decimal(percent) if percent else None,
        "amount_off": Decimal(amount) if amount else None,
        "currency": "EUR" if amount else None,
        "duration": "forever" if last is None else "once",
        "months": None,
        "starts_at": first,
        "ends_at": last,
    }


def revenue(
    as_of: datetime,
    subs: list[tuple[Row, list[Row]]],
    discounts: list[Row] | None = None,
    deals: list[Row] | None = None,
) -> dict[str, str]:
    """Month -> MRR, as text without trailing zeros, of one company in one currency."""
    frames: Mapping[str, pl.DataFrame] = {
        "subscriptions": table("subscriptions", [row for row, _ in subs]),
        "subscription_versions": table("subscription_versions", [version for _, items in subs for version in items]),
        "subscription_discounts": table("subscription_discounts", discounts or []),
        "deals": table("deals", deals or []),
    }
    rows = truth_mrr(frames, as_of).to_dicts()
    return {f"{row['month']:%Y-%m}": f"{row['mrr'].quantize(Decimal('0.000001')).normalize():f}" for row in rows}


JAN = datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("amount", "every", "quantity", "expected"),
    [
        ("1200", ("year", 1), 1, "100"),
        ("90", ("month", 3), 1, "30"),
        ("10", ("week", 1), 1, "43.333333"),
        ("20", ("week", 2), 1, "43.333333"),
        ("2400", ("year", 2), 1, "100"),
        ("5", ("day", 1), 1, "152.083333"),
        ("1000", ("year", 1), 3, "250"),
        ("500", ("year", 1), 4, "166.666667"),
    ],
)
def test_any_interval_counts_by_the_month(amount: str, every: tuple[str, int], quantity: int, expected: str) -> None:
    assert revenue(datetime(2026, 2, 1), [sub(1, item(amount, JAN, every=every, quantity=quantity))]) == {
        "2026-01": expected
    }


def test_a_percentage_for_three_months_lasts_three_month_ends() -> None:
    first, last = datetime(2026, 1, 10), datetime(2026, 4, 10)
    got = revenue(datetime(2026, 5, 1), [sub(1, item("100", first))], [off(1, first, last, percent="20")])
    assert got == {"2026-01": "80", "2026-02": "80", "2026-03": "80", "2026-04": "100"}


def test_a_fixed_amount_is_per_billing_period_and_never_makes_revenue_negative() -> None:
    quarter = sub(1, item("300", JAN, every=("month", 3)))
    assert revenue(datetime(2026, 2, 1), [quarter], [off(1, JAN, None, amount="30")]) == {"2026-01": "90"}
    small = sub(1, item("20", JAN))
    assert revenue(datetime(2026, 2, 1), [small], [off(1, JAN, None, amount="30")]) == {}


def test_percentages_come_before_amounts_whatever_their_order() -> None:
    two = sub(1, item("100", JAN), item("100", JAN))
    once, forever = off(1, JAN, datetime(2026, 2, 1), amount="20"), off(1, JAN, None, percent="10")
    for order in ([once, forever], [forever, once]):
        assert revenue(datetime(2026, 3, 1), [two], order) == {"2026-01": "160", "2026-02": "180"}


def test_trials_pauses_unpaid_and_metered_are_out_and_past_due_is_in() -> None:
    states = ["active"] * 5 + ["trialing"] * 8 + ["past_due", "paused", "unpaid", "incomplete", "canceled"]
    subs = [sub(no, item("49", JAN, status=status)) for no, status in enumerate(states, start=1)]
    assert revenue(datetime(2026, 2, 1), [*subs, sub(99, item("9", JAN, is_metered=True))]) == {"2026-01": "294"}


def test_a_gap_shows_as_months_without_a_row() -> None:
    first = sub(1, item("50", datetime(2025, 11, 3), datetime(2026, 2, 1)))
    second = sub(
        2,
        item("50", datetime(2026, 4, 9), datetime(2026, 6, 5)),
        item("75", datetime(2026, 6, 5), datetime(2026, 8, 3)),
    )
    got = revenue(datetime(2026, 9, 1), [first, second])
    assert got == {
        "2025-11": "50",
        "2025-12": "50",
        "2026-01": "50",
        "2026-04": "50",
        "2026-05": "50",
        "2026-06": "75",
        "2026-07": "75",
    }


def test_month_ends_are_half_open_and_only_complete_months_count() -> None:
    ends_at_midnight = sub(1, item("10", JAN, datetime(2026, 3, 1)))
    ends_a_second_before = sub(2, item("1", JAN, datetime(2026, 2, 28, 23, 59, 59)))
    starts_at_midnight = sub(3, item("100", datetime(2026, 2, 1)))
    subs = [ends_at_midnight, ends_a_second_before, starts_at_midnight]
    assert revenue(datetime(2026, 3, 31, 23, 59, 59), subs) == {"2026-01": "11", "2026-02": "110"}
    assert revenue(datetime(2026, 4, 1), subs)["2026-03"] == "100"


def deal(closed_at: datetime, months: int, mrr: str, status: str = "won") -> Row:
    row: Row = dict.fromkeys(COLUMNS["deals"].split())
    return row | {
        "deal_no": 5,
        "company_no": 1,
        "status": status,
        "mrr": Decimal(mrr),
        "currency": "EUR",
        "closed_at": closed_at,
        "contract_length_months": months,
    }


def test_a_won_deal_that_nothing_names_runs_for_its_term_from_midnight() -> None:
    won = deal(datetime(2025, 8, 31, 16, 20), 6, "70")
    got = revenue(datetime(2026, 4, 1), [], deals=[won])
    assert got == dict.fromkeys(("2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01"), "70")
    assert revenue(datetime(2026, 4, 1), [], deals=[won | {"status": "lost"}]) == {}
    named, items = sub(1, item("10", JAN))
    assert revenue(datetime(2026, 2, 1), [(named | {"deal_no": 5}, items)], deals=[won]) == {"2026-01": "10"}


def test_six_places_are_rounded_half_up() -> None:
    assert six(Fraction(5, 10**7)) == Decimal("0.000001")
    assert six(Fraction(2, 3)) == Decimal("0.666667")
    assert six(Fraction(1, 3)) == Decimal("0.333333")


def test_the_latest_answer_of_a_month_counts() -> None:
    def answer(no: int, contact_no: int, score: int, at: datetime) -> Row:
        row: Row = dict.fromkeys(COLUMNS["nps_responses"].split())
        return row | {"response_no": no, "contact_no": contact_no, "company_no": 1, "score": score, "answered_at": at}

    rows = [
        answer(1, 1, 10, datetime(2026, 2, 9)),
        answer(2, 1, 8, datetime(2026, 2, 3)),
        answer(3, 2, 6, datetime(2026, 2, 28, 23, 59, 59)),
        answer(4, 2, 7, datetime(2026, 3, 1)),
    ]
    assert truth_nps({"nps_responses": table("nps_responses", rows)}).rows() == [
        (date(2026, 2, 1), 1, 0, 1),
        (date(2026, 3, 1), 0, 1, 0),
    ]


def ticket_times(
    opened_at: datetime, comments: list[tuple[datetime, bool, bool]], states: list[tuple[datetime, str]]
) -> tuple[object, ...]:
    """Truth of one ticket from comments (at, by a member, public) and status changes (at, new status)."""
    ticket: Row = dict.fromkeys(COLUMNS["tickets"].split()) | {"ticket_no": 1, "opened_at": opened_at}
    said = [
        {
            "ticket_no": 1,
            "comment_no": no,
            "author_contact_no": None if by_member else 1,
            "author_member_no": 1 if by_member else None,
            "body": "",
            "is_public": is_public,
            "created_at": at,
        }
        for no, (at, by_member, is_public) in enumerate(comments)
    ]
    old: str | None = None
    events = []
    for no, (at, new) in enumerate([(opened_at, "new"), *states]):
        event = {"ticket_no": 1, "event_no": no, "occurred_at": at, "field_name": "status", "member_no": None}
        events.append(event | {"old_value": old, "new_value": new})
        old = new
    frames = {
        "tickets": table("tickets", [ticket]),
        "ticket_comments": table("ticket_comments", said),
        "ticket_events": table("ticket_events", events),
    }
    return truth_ticket_times(frames).row(0)


def test_a_ticket_over_a_weekend_and_reopened() -> None:
    # Friday 16:00 in Berlin is 15:00 UTC in winter
    opened_at, reply = datetime(2026, 2, 6, 15), datetime(2026, 2, 9, 9)
    states = [
        (datetime(2026, 2, 9, 11), "solved"),
        (datetime(2026, 2, 9, 12), "open"),
        (datetime(2026, 2, 10, 8, 30), "solved"),
        (datetime(2026, 2, 14, 8, 30), "closed"),
    ]
    assert ticket_times(opened_at, [(reply, True, True)], states) == (1, 3960, 120, 5370, 570, 1)


def test_notes_are_no_reply_and_what_never_came_is_null() -> None:
    at = datetime(2026, 2, 3, 8)
    note, public = (at + timedelta(minutes=10), True, False), (at + timedelta(minutes=45, seconds=59), True, True)
    asked_again = (at + timedelta(minutes=20), False, True)
    solved = (at + timedelta(minutes=150), "solved")
    assert ticket_times(at, [note, asked_again, public], [solved]) == (1, 45, 45, 150, 150, 0)
    assert ticket_times(at, [note, asked_again], []) == (1, None, None, None, None, 0)
    reopened = (at + timedelta(minutes=200), "pending")
    assert ticket_times(at, [public], [solved, reopened]) == (1, 45, 45, None, None, 1)


def test_business_time_leaves_out_holidays_and_keeps_eight_hours_when_clocks_change() -> None:
    # Good Friday and Easter Monday 2026 are 3 and 6 April; summer time began on 29 March
    assert business_time(datetime(2026, 4, 2, 14), datetime(2026, 4, 7, 8)) == timedelta(hours=2)
    assert business_time(datetime(2026, 3, 27, 15), datetime(2026, 3, 30, 8)) == timedelta(hours=2)
    assert business_time(datetime(2026, 4, 4), datetime(2026, 4, 6)) == timedelta(0)
