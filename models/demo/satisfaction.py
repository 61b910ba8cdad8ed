"""Short surveys about satisfaction and effort, and which messages people want; NPS stands in `survey`.

Those who answer one survey answer others: everybody here has answered an NPS survey, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from models.demo.clock import Clock, between, month_starts
from models.demo.frames import Row
from models.demo.people import Contact
from models.demo.texts import CSAT_BAD, CSAT_GOOD

# kind of survey: (month of the quarter, day, best answer; the worst is 1)
SURVEYS = {"csat": (0, 11, 5), "ces": (1, 18, 7)}


def survey_rows(clock: Clock, contacts: Sequence[Contact], nps: Sequence[Row]) -> list[Row]:
    """Rows of frame `survey_responses`, by time of answer."""
    answered = {row["contact_no"] for row in nps}
    known = [contact for contact in contacts if contact.no in answered]
    rows: list[Row] = []
    for month in month_starts(clock.start, clock.as_of):
        for kind, (place, day, _) in SURVEYS.items():
            sent_at = month + timedelta(days=day, hours=9)
            if month.month % 3 != place or sent_at >= clock.as_of:
                continue
            for contact in known:
                rng = clock.rng(kind, contact.no, month)
                if contact.is_there(sent_at) and contact.company.pays_at(sent_at) and rng.random() < 0.32:
                    rows.append(_answer(rng, contact, kind, sent_at))
    rows = [row for row in rows if row["answered_at"] < clock.as_of]
    rows.sort(key=lambda row: (row["answered_at"], row["contact_no"]))
    return [{"response_no": no} | row for no, row in enumerate(rows, start=1)]


def _answer(rng: Random, contact: Contact, kind: str, sent_at: datetime) -> Row:
    best = SURVEYS[kind][2]
    mood = contact.company.story.mood(sent_at, "talk")
    score = max(1, min(best, round(1 + (best - 1) * (mood + 0.08) + rng.gauss(0, best / 9))))
    words = CSAT_GOOD if score > best * 0.7 else CSAT_BAD
    return {
        "contact_no": contact.no,
        "company_no": contact.company.no,
        "survey_type": kind,
        "score": score,
        "scale_min": 1,
        "scale_max": best,
        "comment": rng.choice(words) if rng.random() < 0.25 else None,
        "sent_at": sent_at,
        "answered_at": sent_at + timedelta(seconds=int(86400 * 12 * rng.random() ** 3) + rng.randint(60, 30000)),
        "campaign": f"{kind.upper()} {sent_at:%Y-%m}",
    }


def preference_rows(clock: Clock, contacts: Sequence[Contact], mails: Sequence[Row]) -> list[Row]:
    """Rows of frame `communication_preferences`: of everybody in a CRM for e-mail, of some for other channels."""
    bounced = {row["from_contact_no"]: row["sent_at"] for row in mails if row["is_bounce"]}
    rows: list[Row] = []
    for contact in contacts:
        if not contact.in_crm or contact.is_role_address:
            continue
        rng = clock.rng("preference", contact.no)
        at = between(rng, contact.created_at, clock.as_of)
        chance = 0.08 + 0.3 * max(0.0, 0.6 - contact.company.story.mood(at, "talk"))
        wish = "unsubscribed" if rng.random() < chance else "subscribed" if rng.random() < 0.9 else "unknown"
        if contact.no in bounced:
            wish, at = "bounced", bounced[contact.no]
        rows.append(_wish(contact, "email", wish, None if wish == "unknown" else at))
        for channel, share in (("phone", 0.18), ("sms", 0.06)):
            if contact.phone and rng.random() < share:
                wish = rng.choice(("subscribed", "unsubscribed", "unsubscribed"))
                rows.append(_wish(contact, channel, wish, between(rng, contact.created_at, clock.as_of)))
    return rows


def _wish(contact: Contact, channel: str, preference: str, stated_at: datetime | None) -> Row:
    return {"contact_no": contact.no, "channel": channel, "preference": preference, "stated_at": stated_at}
