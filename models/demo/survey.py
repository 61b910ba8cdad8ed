"""The quarterly survey: who is asked, who answers what, and who answers again; sentences stand in `texts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from models.demo.clock import Clock, add_months, days, month_starts
from models.demo.frames import Row
from models.demo.people import Contact
from models.demo.texts import DETRACTOR_WORDS, PASSIVE_WORDS, PROMOTER_WORDS


def response_rows(clock: Clock, contacts: Sequence[Contact]) -> list[Row]:
    """Rows of frame `nps_responses`, by time of answer."""
    rows: list[Row] = []
    for month in month_starts(clock.start, clock.as_of):
        if month.month % 3 == 2:
            sent_at = month + timedelta(days=5, hours=8)
            campaign = f"NPS {month.year} Q{(month.month + 2) // 3}"
            for contact in contacts:
                if contact.in_survey and contact.is_there(sent_at) and contact.company.pays_at(sent_at):
                    rows += _answers(clock, contact, campaign, sent_at)
    rows = [row for row in rows if row["answered_at"] < clock.as_of]
    rows.sort(key=lambda row: (row["answered_at"], row["contact_no"]))
    return [{"response_no": no} | row for no, row in enumerate(rows, start=1)]


def _answers(clock: Clock, contact: Contact, campaign: str, sent_at: datetime) -> Iterator[Row]:
    """None, one or two answers; the second, within the month or the quarter, is a change of mind."""
    rng = clock.rng("survey", contact.no, campaign)
    mood = contact.company.story.mood(sent_at, "talk")
    if rng.random() > 0.3 + 0.2 * mood:
        return
    answered_at = sent_at + timedelta(seconds=int(86400 * 21 * rng.random() ** 3) + rng.randint(60, 36000))
    score = _score(rng, mood, clock.rng("temper", contact.no).gauss(0, 1.1))
    yield _row(rng, contact, campaign, sent_at, answered_at, score)
    if rng.random() < 0.06:
        again = answered_at + days(rng.uniform(0.1, 40))
        if rng.random() < 0.15:
            again = add_months(datetime(sent_at.year, sent_at.month, 1), 1) - timedelta(seconds=rng.choice((1, 0)))
        if again > answered_at:
            yield _row(rng, contact, campaign, sent_at, again, max(0, min(10, score + rng.choice((-3, -1, 2, 2)))))


def _score(rng: Random, mood: float, temper: float) -> int:
    """The score of somebody whose `temper` makes every answer of theirs so much higher."""
    return max(0, min(10, round(1.0 + 9.8 * mood + temper + rng.gauss(0, 0.7))))


def _row(rng: Random, contact: Contact, campaign: str, sent_at: datetime, answered_at: datetime, score: int) -> Row:
    words = PROMOTER_WORDS if score >= 9 else PASSIVE_WORDS if score >= 7 else DETRACTOR_WORDS
    return {
        "contact_no": contact.no,
        "company_no": contact.company.no,
        "score": score,
        "comment": rng.choice(words) if rng.random() < 0.4 else None,
        "sent_at": sent_at,
        "answered_at": answered_at,
        "campaign": campaign,
    }
