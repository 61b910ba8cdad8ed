"""Mail: which mails are one conversation, who took part in it, and which contacts are known by it."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from random import Random

import polars as pl
import pytest

from connectors.mail.demo import write_exports
from connectors.mail.mailbox import Raw, messages_in
from connectors.mail.message import Unreadable, read_message
from models.demo.world import make_world
from tests.connectors.mail_letters import MAIL, letter, mapped


def note(name: str, *fields: str, text: str = "Hello", at: int = 0) -> bytes:
    """Return mail `<name@x>`, sent `at` minutes after nine."""
    return letter(f"Message-ID: <{name}@x>", *fields, text=text, date=f"Mon, 2 Mar 2026 09:{at:02d}:00 +0000")


def answer(name: str, to: str, *fields: str, at: int = 0) -> bytes:
    return note(name, f"In-Reply-To: <{to}@x>", *fields, at=at)


def threads(letters: list[bytes]) -> dict[str, str]:
    """Message → conversation."""
    return dict(mapped("message", letters).select("source_record_id", "conversation_id").iter_rows())


# --- threads


def test_answers_that_name_only_the_mail_before_are_followed_whatever_order_they_arrive_in() -> None:
    letters = [note("a"), answer("b", "a"), answer("c", "b"), answer("d", "c")]
    for order in permutations(letters):
        assert set(threads(list(order)).values()) == {"<a@x>"}


def test_answers_to_a_mail_that_is_not_there_are_together_and_join_it_when_it_comes() -> None:
    early = [answer("c", "b"), note("d", "References: <b@x> <c@x>")]
    assert set(threads(early).values()) == {"<b@x>"}
    assert set(threads([*early, answer("b", "a"), note("a")]).values()) == {"<a@x>"}


def test_mails_that_answer_each_other_in_a_circle_are_one_thread() -> None:
    assert len(set(threads([answer("a", "c"), answer("b", "a"), answer("c", "b")]).values())) == 1
    assert threads([answer("a", "a")]) == {"<a@x>": "<a@x>"}


def test_gmails_thread_joins_what_names_nothing_and_splits_nothing() -> None:
    in_gmail = [note("a", "X-GM-THRID: 7"), note("b", "X-GM-THRID: 7"), answer("c", "b")]
    assert set(threads(in_gmail).values()) == {"gmail:7"}
    # In a colleague's mailbox the same talk has another number.
    both = [note("a", "X-GM-THRID: 7"), answer("b", "a", "X-GM-THRID: 9"), answer("c", "a", "X-GM-THRID: 7")]
    assert set(threads(both).values()) == {"gmail:7"}


@pytest.mark.parametrize("seed", range(5))
def test_random_trees_of_answers_are_found_again(seed: int) -> None:
    rng = Random(seed)
    roots: list[int] = []
    chains: list[list[int]] = []
    letters: list[bytes] = []
    for number in range(60):
        parent = rng.randrange(number) if number and rng.random() < 0.8 else None
        chains.append([*chains[parent], number] if parent is not None else [number])
        roots.append(chains[number][0])
        references = " ".join(f"<{one}@x>" for one in chains[number][:-1])
        fields = [f"In-Reply-To: <{parent}@x>"] if parent is not None else []
        if parent is not None and rng.random() < 0.5:
            fields = [f"References: {references}"]
        letters.append(note(str(number), *fields))
    rng.shuffle(letters)
    assert threads(letters) == {f"<{number}@x>": f"<{root}@x>" for number, root in enumerate(roots)}


def test_the_three_mappings_follow_threads_by_the_same_steps() -> None:
    steps = set()
    for name in ("conversation", "message", "conversation_participant"):
        sql = (MAIL / f"{name}.sql").read_text()
        steps.add(sql[sql.index("with recursive") : sql.index("inner join mail as m on r.message_key")])
    assert len(steps) == 1


# --- conversations and who took part

BOUNCE = note(
    "bounce",
    "In-Reply-To: <b@x>",
    "Return-Path: <>",
    "X-Failed-Recipients: gone@y.example",
    "To: anna@x.example",
    at=9,
).replace(b"Anna <anna@x.example>", b"MAILER-DAEMON@y.example")
TALK = [
    note("a", "Subject: Offer", "To: Ben <ben@y.example>", text="Dear Ben,\n\nour offer.\n\nBest regards\nAnna", at=1),
    answer("b", "a", "Subject: Re: Offer", "To: gone@y.example", "Cc: ben@y.example, no-reply@y.example", at=5),
    BOUNCE,
    note("draft", "In-Reply-To: <b@x>", "To: new@y.example", "X-Gmail-Labels: Drafts", at=7),
]


def test_a_conversation_counts_what_people_sent() -> None:
    (row,) = mapped("conversation", TALK).to_dicts()
    assert (row["subject"], row["snippet"], row["message_count"]) == ("Offer", "Dear Ben, our offer.", 2)
    assert (row["started_at"], row["ended_at"]) == ("2026-03-02T09:01:00Z", "2026-03-02T09:05:00Z")
    assert row["_row_id"] == "file:0"


def test_a_bounce_alone_is_kept_as_a_conversation_of_none() -> None:
    (row,) = mapped("conversation", [BOUNCE]).to_dicts()
    assert (row["message_count"], row["started_at"]) == (0, "2026-03-02T09:09:00Z")
    assert mapped("conversation_participant", [BOUNCE]).is_empty()


def test_messages_name_their_author_unless_it_is_a_machine() -> None:
    rows = {row["source_record_id"]: row for row in mapped("message", TALK).to_dicts()}
    assert set(rows) == {"<a@x>", "<b@x>", "<bounce@x>"}
    assert rows["<a@x>"]["author_contact_id"] == rows["<a@x>"]["author_team_member_id"] == "anna@x.example"
    assert rows["<a@x>"]["body"] == "Dear Ben,\n\nour offer."
    assert rows["<bounce@x>"]["author_contact_id"] is None
    assert (rows["<bounce@x>"]["is_bounce"], rows["<bounce@x>"]["is_automatic"]) == ("true", "true")


def test_participants_play_their_strongest_part_and_who_was_not_reached_took_none() -> None:
    rows = mapped("conversation_participant", TALK)
    assert dict(rows.select("address", "role").iter_rows()) == {"anna@x.example": "from", "ben@y.example": "to"}
    wrote = letter("In-Reply-To: <bounce@x>").replace(b"Anna <anna@x.example>", b"gone@y.example")
    again = dict(mapped("conversation_participant", [*TALK, wrote]).select("address", "role").iter_rows())
    assert again["gone@y.example"] == "from"


def test_an_address_is_gone_since_mail_first_came_back_from_it_after_its_owner_last_wrote() -> None:
    def back(minute: int) -> bytes:
        return BOUNCE.replace(b"<bounce@x>", f"<bounce{minute}@x>".encode()).replace(b"09:09", f"09:{minute}".encode())

    def since(*more: bytes) -> list[tuple[str, str]]:
        rows = mapped("communication_preference", [*TALK, *more])
        return rows.select("stated_at", "_row_id").rows()

    wrote = note("own", at=20).replace(b"Anna <anna@x.example>", b"gone@y.example")
    assert since(back(30), back(12)) == [("2026-03-02T09:09:00Z", "file:2")]
    assert since(back(30), back(12), wrote, back(40)) == [("2026-03-02T09:30:00Z", "file:4")]
    assert since(back(12), wrote) == [], "it works again"


def test_contacts_are_named_by_their_most_frequent_name() -> None:
    def of(name: str, at: int) -> bytes:
        return note(str(at), f"To: {name} <ben@y.example>", at=at)

    letters = [of("Ben", 1), of("Benjamin Roth", 2), of('"Benjamin Roth"', 3), of('"ben@y.example"', 4), of("", 5)]
    letters += [of('"Ben via Sales"', at) for at in (6, 7, 8)]
    rows = {row["source_record_id"]: row for row in mapped("contact", [*letters, *TALK]).to_dicts()}
    assert rows["ben@y.example"]["name"] == "Benjamin Roth"
    assert rows["gone@y.example"]["name"] == "gone@y.example"
    (wish,) = mapped("communication_preference", [*letters, *TALK]).to_dicts()
    assert (wish["contact_id"], wish["channel"], wish["preference"]) == ("gone@y.example", "email", "bounced")
    assert set(rows) == {"anna@x.example", "ben@y.example", "gone@y.example"}
    assert mapped("contact_email", [*letters, *TALK])["address"].to_list() == sorted(rows)


# --- the demo's mailbox


def test_the_demos_mails_come_back_as_they_were_written(tmp_path: Path) -> None:
    world = make_world(companies=25)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_exports(world, tmp_path / name, 7)
    files = sorted(path for path in (tmp_path / "one").rglob("*") if path.is_file())
    raws: list[Raw] = []
    refused = []
    for path in files:
        name = path.relative_to(tmp_path / "one").as_posix()
        assert path.read_bytes() == (tmp_path / "two" / name).read_bytes()
        for raw in messages_in(path, name):
            try:
                read_message(raw)
                raws.append(raw)
            except Unreadable as error:
                refused.append(str(error))
    assert len(refused) == 1
    assert len({path.parent for path in files}) == 2
    mails = world["mails"].with_columns(
        key=pl.format("<m{}@lumenly.example>", pl.col("mail_no").cast(pl.String).str.zfill(7)),
        said=pl.col("body").str.split("\n\nBest regards").list.first().str.strip_chars(),
    )
    assert len(raws) > len(mails)  # each mbox repeats a mail of the one before
    found = mapped("message", raws).rename({"source_record_id": "key"})
    both = mails.join(found, on="key", how="full", validate="1:1", suffix="_read", coalesce=True)
    assert both.select(pl.col("mail_no", "sent_at_read").null_count()).row(0) == (0, 0)
    sent = pl.col("sent_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    quiet = pl.col("is_automatic") | pl.col("is_bounce")
    assert both.filter(sent != pl.col("sent_at_read")).is_empty()
    assert both.filter(quiet.cast(pl.String) != pl.col("is_automatic_read")).is_empty()
    assert both.filter(~pl.col("is_bounce") & (pl.col("said") != pl.col("body_read"))).is_empty()
    assert both.group_by("thread_no").agg(pl.col("conversation_id").n_unique())["conversation_id"].max() == 1
    assert both["conversation_id"].n_unique() == both["thread_no"].n_unique()
