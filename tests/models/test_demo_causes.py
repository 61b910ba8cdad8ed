"""Each customer of the demo that goes down does so for one cause, which shows first and most in its own sign."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from models.demo.causes import CAUSES
from models.demo.frames import World
from models.demo.story import SIGN_OF, Decline, Story
from models.demo.world import make_world

TODAY = date(2026, 6, 30)
SEVERE = ("high", "urgent")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def declines(world: World) -> pl.DataFrame:
    """The truth with `eve`: the last day on which the company was down and still paid."""
    eve = (
        pl.when(pl.col("lost_on").is_not_null())
        .then(pl.col("lost_on") - timedelta(days=1))
        .when("is_recovered")
        .then(pl.col("down_on"))
        .otherwise(pl.lit(TODAY))
    )
    return world["truth_decline"].with_columns(eve=eve)


def day(column: str) -> pl.Expr:
    return pl.col(column).dt.date()


def test_the_own_sign_sinks_first_and_fully_and_others_a_quarter() -> None:
    turn = datetime(2026, 6, 1)
    decline = Decline("unpaid", turn - timedelta(days=100), turn - timedelta(days=40), turn - timedelta(days=45), 0.1)
    back = turn + timedelta(days=60)
    story = Story("billed", "recovered", "plain", datetime(2025, 1, 1), turn, back, 0.9, decline)
    expected = {-110: (0.9, 0.9), -100: (0.9, 0.9), -70: (0.5, 0.9), -40: (0.1, 0.9 - 0.2 / 9), 0: (0.1, 0.7)}
    expected |= {30: (0.1, 0.7), 60: (0.9, 0.9)}
    for away, (own, other) in expected.items():
        at = turn + timedelta(days=away)
        assert story.mood(at, "payment") == story.mood(at) == pytest.approx(own), away
        assert story.mood(at, "usage") == story.mood(at, "talk") == pytest.approx(other), away
        assert story.sunk(at, "unpaid") == pytest.approx((0.9 - own) / 0.8), away
        assert story.sunk(at, "tickets") == 0
    assert set(SIGN_OF) == set(CAUSES)


def test_every_cause_takes_enough_customers_down_and_says_when(declines: pl.DataFrame) -> None:
    long = declines.filter((pl.col("eve") - pl.col("began_on")).dt.total_days() >= 60)
    counts = dict(long.group_by("cause").len().iter_rows())
    assert set(counts) == set(CAUSES)
    assert min(counts.values()) >= 12
    assert declines.filter(pl.col("down_on") < pl.col("began_on")).is_empty()
    assert declines.filter(pl.col("lost_on") < pl.col("down_on")).is_empty()
    assert declines.filter(pl.col("began_on") > TODAY).is_empty()
    lost = declines.group_by("cause").agg(pl.col("lost_on").count(), pl.col("is_recovered").sum())
    assert (lost["lost_on"] >= 5).all()
    assert (lost["is_recovered"] >= 3).all()


def test_who_is_lost_pays_until_then_and_who_is_not_still_does(world: World, declines: pl.DataFrame) -> None:
    paid = world["truth_mrr"].select("company_no", "month").unique()
    for row in declines.to_dicts():
        months = set(paid.filter(company_no=row["company_no"])["month"])
        if row["lost_on"] is None:
            assert row["is_recovered"] or date(2026, 6, 1) in months or row["company_no"] in paused(world)
        elif not row["is_recovered"]:
            assert not {month for month in months if month >= row["lost_on"]}


def paused(world: World) -> set[int]:
    """Companies that have a subscription and pay nothing for the moment."""
    idle = world["subscriptions"].filter(pl.col("status").is_in(["paused", "unpaid", "trialing"]))
    return set(idle["company_no"])


def test_use_drops_where_that_is_the_cause_and_hardly_elsewhere(world: World, declines: pl.DataFrame) -> None:
    events = world["usage_events"].join(declines, on="company_no").with_columns(at=day("occurred_at"))
    month = timedelta(days=45)
    before = events.filter(pl.col("at").is_between(pl.col("began_on") - month, pl.col("began_on"), closed="left"))
    after = events.filter(pl.col("at").is_between(pl.col("eve") - month, pl.col("eve")))
    early, late = (dict(some.group_by("cause").len().iter_rows()) for some in (before, after))
    assert early["usage_drop"] > 100
    assert late.get("usage_drop", 0) < early["usage_drop"] * 0.15
    for cause in ("champion_left", "unpaid", "tickets"):
        assert late[cause] > early[cause] * 0.6, cause


def test_champions_who_left_are_gone_everywhere(world: World, declines: pl.DataFrame) -> None:
    contacts = world["contacts"]
    first = contacts.filter(~pl.col("is_role_address")).group_by("company_no").agg(pl.min("contact_no"))
    gone = contacts.join(first.select("contact_no"), on="contact_no").drop_nulls("left_at")
    ours = declines.filter(cause="champion_left").join(gone, on="company_no")
    assert ours.height == declines.filter(cause="champion_left").height
    assert (ours["began_on"] == ours["left_at"].dt.date()).all()
    assert (ours["decision_role"] == "champion").all()
    spelled = world["contact_spellings"].filter(system="salesforce").select("contact_no", "ended_on")
    spelled = spelled.join(ours, on="contact_no")
    assert spelled.height > 2
    assert (spelled["ended_on"] == spelled["began_on"]).all()
    users = world["product_users"].join(ours.select("contact_no", "left_at"), on="contact_no")
    assert users.height > 15
    assert (users["status"] == "deactivated").all()
    assert (users["last_active_at"] < users["left_at"]).drop_nulls().all()
    back = world["truth_job_change"].join(ours, left_on="person_no", right_on="contact_no").height
    assert ours.height * 0.25 < back < ours.height * 0.7
    seen = world["appointment_attendees"].join(ours.select("contact_no", "left_at"), on="contact_no")
    late = seen.join(world["appointments"], on="appointment_no").filter(
        pl.col("starts_at") > pl.col("left_at") + timedelta(days=2)
    )
    assert late.is_empty()


def test_mail_to_champions_who_left_comes_back_and_stays_unanswered(world: World, declines: pl.DataFrame) -> None:
    ours = declines.filter(cause="champion_left")
    gone = world["contacts"].drop_nulls("left_at").join(ours, on="company_no").filter(decision_role="champion")
    mails = world["mails"].filter(~pl.col("is_automatic"))
    sent = world["mail_recipients"].join(gone, on="contact_no").join(mails, on="mail_no")
    sent = sent.filter(pl.col("sent_at") > pl.col("left_at"))
    replies = mails.select(mail_no="in_reply_to_no", came_back="is_bounce")
    answered = sent.join(replies, on="mail_no", how="left")
    assert answered["company_no"].n_unique() > ours.height * 0.9
    assert answered["came_back"].fill_null(False).all()
    wrote = mails.filter(~pl.col("is_bounce")).join(gone, left_on="from_contact_no", right_on="contact_no")
    assert wrote.filter(pl.col("sent_at") > pl.col("left_at")).is_empty()
    others = mails.drop_nulls("from_contact_no").filter(~pl.col("is_bounce")).join(world["threads"], on="thread_no")
    heard = others.join(ours, on="company_no").filter(day("sent_at") > pl.col("began_on") + timedelta(days=30))
    assert heard["company_no"].n_unique() > ours.height * 0.9


def test_who_is_there_writes_again_after_a_bounce(world: World) -> None:
    mails = world["mails"].drop_nulls("from_contact_no")
    bounced = mails.filter("is_bounce").join(
        world["contacts"], left_on="from_contact_no", right_on="contact_no", suffix="_contact"
    )
    soon = pl.col("sent_at") + timedelta(days=14)
    here = bounced.filter(pl.col("left_at").is_null() | (pl.col("left_at") > soon), soon < datetime(2026, 7, 1))
    assert here.height > 30
    words = mails.filter(~pl.col("is_bounce")).select("from_contact_no", heard_at="sent_at")
    found = here.join(words, on="from_contact_no").filter(pl.col("heard_at").is_between(pl.col("sent_at"), soon))
    assert set(found["mail_no"]) == set(here["mail_no"])


def test_bills_stay_open_where_that_is_the_cause(world: World, declines: pl.DataFrame) -> None:
    bills = world["invoices"].filter(pl.col("total") > 0, ~pl.col("status").is_in(["void", "draft"]))
    bills = bills.join(declines, on="company_no").with_columns(due_on=day("due_at"), paid_on=day("paid_at"))
    owed = bills.filter(
        pl.col("due_on") < pl.col("eve"), pl.col("paid_on").is_null() | (pl.col("paid_on") > pl.col("eve"))
    )
    late = owed.group_by("company_no").agg(days=(pl.first("eve") - pl.min("due_on")).dt.total_days())
    both = declines.join(late, on="company_no", how="left").with_columns(pl.col("days").fill_null(0))
    down = both.filter((pl.col("eve") - pl.col("began_on")).dt.total_days() >= 60)
    assert (down.filter(cause="unpaid")["days"] >= 60).all()
    assert (both.filter(pl.col("cause") != "unpaid")["days"] >= 30).sum() <= 2
    unpaid = bills.filter(pl.col("cause") == "unpaid", pl.col("due_on") >= pl.col("began_on"))
    assert unpaid.filter(pl.col("paid_on") <= pl.col("down_on")).is_empty()
    assert set(unpaid["status"]) - {"uncollectible"} == {"open", "paid"}


def test_severe_tickets_pile_up_where_that_is_the_cause(world: World, declines: pl.DataFrame) -> None:
    solved = world["ticket_events"].filter(new_value="solved").group_by("ticket_no").agg(pl.max("occurred_at"))
    tickets = world["tickets"].join(solved, on="ticket_no", how="left").join(declines, on="company_no")
    there = tickets.filter(
        day("opened_at") <= pl.col("eve"),
        pl.col("occurred_at").is_null() | (day("occurred_at") > pl.col("eve")),
        pl.col("priority").is_in(SEVERE),
    )
    open_ones = there.group_by("company_no").len("open")
    both = declines.join(open_ones, on="company_no", how="left").with_columns(pl.col("open").fill_null(0))
    long = both.filter((pl.col("eve") - pl.col("began_on")).dt.total_days() >= 60)
    ours, others = long.filter(cause="tickets")["open"], long.filter(pl.col("cause") != "tickets")["open"]
    assert (ours >= 3).sum() >= len(ours) * 0.85
    assert (others >= 1).sum() <= len(others) * 0.15
    assert others.max() < 3  # type: ignore[operator]
