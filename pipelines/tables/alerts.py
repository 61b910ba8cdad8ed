"""The ledger of messages: what alerts found to be told, each cause once and for ever, and what became of its message.

Like that of workflows it cannot be worked out anew, for it depends on what was told before. What an alert is belongs to
`models/policy/alert`; how a message reaches its channel, to `pipelines/outbox`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl

from models.policy.alert import joined_words
from models.policy.condition import mart_columns
from pipelines.schemas import columns_of, schema_of
from pipelines.warehouse import Connection, scalar

_LEDGER = """
create schema if not exists ledger;
create table if not exists ledger.outbox (
    message_key varchar primary key, alert varchar not null, subject varchar not null, since_on date, lapsed_on date,
    company_id varchar, contact_id varchar, channel varchar not null, made_on date not null, payload json not null,
    state varchar not null, attempts bigint not null, sent_at timestamp, error varchar
);
"""
STATES = ("waiting", "sent", "failed", "dropped")
"""What becomes of a message; a failed one was refused for good, a dropped one nobody wants any more."""
BROKEN = "(alert)"
"""The subject of a message that says that its alert cannot be worked out."""
LONGEST = 2900
"""Characters of a message's text: a chat's block takes no more than 3,000."""


@dataclass(frozen=True)
class Cause:
    """One thing that holds now and is to be told of. `since_on` is null where the mart does not say since when."""

    subject: str
    since_on: date | None
    company_id: str | None
    contact_id: str | None
    text: str


@dataclass(frozen=True)
class Holding:
    """What one alert found: its settings, and each cause once."""

    alert: Mapping[str, Any]
    causes: tuple[Cause, ...]
    is_broken: bool = False


def prepare(con: Connection) -> None:
    """Make the ledger's table where it is missing."""
    con.execute(_LEDGER).fetchall()


def is_look_back(con: Connection) -> bool:
    """True when a later day than the run's was published already: then all is old news."""
    query = "select count(*) from ledger.publication where is_published and last_as_of > (select as_of from meta.run)"
    return bool(scalar(con, query))


def holding(con: Connection) -> list[Holding]:
    """What every active alert finds in the marts as they are now.

    One that cannot be worked out (a cast that fails on some row) stops no other: it holds the one cause that says so.
    """
    found = []
    for alert in con.sql("select * from policy.alert_alert where is_active order by id").pl().to_dicts():
        try:
            found.append(Holding(alert, _causes(con, alert)))
        except duckdb.Error as error:
            told = f"This alert cannot be worked out; mend it in alert.toml. {str(error).splitlines()[0]}"
            found.append(Holding(alert, (Cause(BROKEN, None, None, None, told),), is_broken=True))
    return found


def _causes(con: Connection, alert: Mapping[str, Any]) -> tuple[Cause, ...]:
    relation = con.execute(_query(alert))
    names = [column[0] for column in relation.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    schema = schema_of(f"marts.{alert['mart']}")
    assert schema is not None
    # A word of ours, as needs_attention, is written as people write it.
    ours = {column.name for column in columns_of(schema) if column.words}
    causes: dict[tuple[str, date | None], Cause] = {}
    for row in rows:
        subject = json.dumps([_plain(row[name]) for name in alert["key"]])
        since = row[alert["since"]] if alert["since"] else None
        words = {
            name: spoken(value).replace("_", " ") if name in ours else spoken(value) for name, value in row.items()
        }
        text = alert["message"].format_map(words)
        causes.setdefault(
            (subject, since), Cause(subject, since, row.get("company_id"), row.get("contact_id"), _cut(text))
        )
    return tuple(causes.values())


def _query(alert: Mapping[str, Any]) -> str:
    """The rows of the mart for which the alert's condition holds, in the order of the mart's key."""
    mart = alert["mart"]
    schema = schema_of(f"marts.{mart}")
    assert schema is not None
    ordered = ", ".join(f'"{column.name}"' for column in columns_of(schema) if column.key)
    day = "" if "as_of_on" in mart_columns(mart) else ", (select as_of_on from meta.run) as as_of_on"
    name = "(select c.name from marts.company_360 as c where c.company_id = m.company_id) as company_name"
    joined = f", {name}" if joined_words(alert) else ""
    return (
        f"with seen as (select m.*{day} from marts.{mart} as m), "
        f"held as (select * from seen where (\n{alert['when']}\n)) "
        f"select m.*{joined} from held as m order by {ordered}"
    )


def note(con: Connection, found: Sequence[Holding]) -> int:
    """Note a message for every cause that was not told before, in the caller's transaction; return how many.

    A cause with a day is told once. One without is told when it is first seen to hold, and again only after it was seen
    to be over. None is told while an earlier message of the same alert about the same subject is younger than
    `cooldown_days`.
    """
    day: date = scalar(con, "select as_of_on from meta.run")
    messages = []
    for one in found:
        told = _told(con, one.alert["id"])
        _lapse(con, one, told, day)
        for cause in one.causes:
            since = cause.since_on if _is_dated(one.alert, cause) else day
            key = _key(one.alert["id"], cause.subject, since)
            earlier = told.setdefault(cause.subject, [])
            same = next((row for row in earlier if row.key == key), None)
            if same is None and not _is_quiet(one.alert, cause, earlier, day):
                messages.append(_message(key, one.alert, cause, since, day))
                earlier.append(_Told(key, day, None))
            elif same is not None and same.lapsed_on is not None:
                con.execute("update ledger.outbox set lapsed_on = null where message_key = ?", [key]).fetchall()
    _add(con, messages)
    return len(messages)


@dataclass(frozen=True)
class _Told:
    key: str
    made_on: date
    lapsed_on: date | None


def _told(con: Connection, alert: str) -> dict[str, list[_Told]]:
    """The messages an alert made, by subject."""
    query = "select subject, message_key, made_on, lapsed_on from ledger.outbox where alert = ? order by made_on"
    told: dict[str, list[_Told]] = {}
    for subject, key, made_on, lapsed_on in con.execute(query, [alert]).fetchall():
        told.setdefault(subject, []).append(_Told(key, made_on, lapsed_on))
    return told


def _lapse(con: Connection, one: Holding, told: Mapping[str, list[_Told]], day: date) -> None:
    """Note which causes without a day are over; of an alert that cannot be worked out nobody knows."""
    if one.alert["since"] and not told.get(BROKEN):
        return
    now = {cause.subject for cause in one.causes}
    over = [
        row.key
        for subject, rows in told.items()
        if subject not in now and (subject == BROKEN or not (one.is_broken or one.alert["since"]))
        for row in rows
        if row.lapsed_on is None
    ]
    con.execute("update ledger.outbox set lapsed_on = ? where list_contains(?, message_key)", [day, over]).fetchall()


def _is_dated(alert: Mapping[str, Any], cause: Cause) -> bool:
    return bool(alert["since"]) and cause.subject != BROKEN


def _is_quiet(alert: Mapping[str, Any], cause: Cause, earlier: Sequence[_Told], day: date) -> bool:
    """Whether nothing is to be said yet: it still goes on, or there was a message about it not long ago."""
    if not _is_dated(alert, cause) and any(row.lapsed_on is None for row in earlier):
        return True
    return any(day < row.made_on + timedelta(days=alert["cooldown_days"]) for row in earlier)


def _key(alert: str, subject: str, since: date | None) -> str:
    return hashlib.md5(json.dumps([alert, subject, str(since)]).encode(), usedforsecurity=False).hexdigest()


def _message(key: str, alert: Mapping[str, Any], cause: Cause, since: date | None, day: date) -> dict[str, Any]:
    return {
        "message_key": key,
        "alert": alert["id"],
        "subject": cause.subject,
        "since_on": since,
        "company_id": cause.company_id,
        "contact_id": cause.contact_id,
        "channel": alert["to"],
        "made_on": day,
        "payload": json.dumps(payload(alert["name"], cause.text, day), ensure_ascii=False),
    }


def _add(con: Connection, messages: Sequence[Mapping[str, Any]]) -> None:
    dates = dict.fromkeys(("since_on", "made_on"), pl.Date())
    names = ("message_key", "alert", "subject", "since_on", "company_id", "contact_id", "channel", "made_on", "payload")
    con.register("made", pl.DataFrame(messages, schema={name: dates.get(name, pl.String()) for name in names}))
    con.execute(
        "insert into ledger.outbox by name "
        "select * replace (cast(payload as json) as payload), 'waiting' as state, 0 as attempts from made"
    ).fetchall()
    con.unregister("made")


# --- words -----------------------------------------------------------------------------------------------------------


def payload(name: str, text: str, day: date) -> dict[str, Any]:
    """A message in the shape that Slack's incoming webhooks take.

    The blocks are plain text, in which nothing that stands in a customer's name can become a link or call a channel;
    in `text`, which a notification shows, the characters that could are escaped.
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    small = {"type": "plain_text", "text": f"{name}, as of {day}", "emoji": False}
    return {
        "text": escaped,
        "blocks": [
            {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}},
            {"type": "context", "elements": [small]},
        ],
    }


def spoken(value: Any) -> str:
    """A value for a person: 1,234.50 for a number, yes and no, a day, and "unknown" for what nobody knows."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, int | float | Decimal):
        return f"{value:,.2f}".removesuffix(".00")
    return str(value)


def _plain(value: Any) -> str | None:
    """A key's value as it stands in the ledger."""
    return None if value is None else str(value)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
