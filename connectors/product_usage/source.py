"""What a product's tracking gives: calls in Segment's shape, tables of events, users and accounts, lists of readings.

No mapping here, no reading of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

TRUST = 40
"""Rank among the sources when two disagree; lower is believed first."""

_CALL = (
    "type", "message_id", "anonymous_id", "user_id", "timestamp", "original_timestamp", "sent_at", "received_at",
    "context",
)  # fmt: skip
_USER = {
    "User ID": "user_id", "userId": "user_id", "distinct_id": "user_id", "user": "user_id",
    "Email address": "email", "E-mail": "email", "user_email": "email",
}  # fmt: skip
_TIME = {"Time": "timestamp", "Date": "timestamp", "event_time": "timestamp", "occurred_at": "timestamp"}
_ACCOUNT = {"account_id": "group_id", "company_id": "group_id", "organization_id": "group_id", "Account": "group_id"}


def _calls(name: str, kind: str, *fields: str) -> Resource:
    """Calls of one kind. They have no key here: where a call has no id, what it says is what it is known by."""
    return Resource(name=name, columns=(*_CALL, *fields), required=("type",), where={"type": kind}, records="batch")


RESOURCES: tuple[Resource, ...] = (
    _calls("tracks", "track", "event", "properties"),
    _calls("identifies", "identify", "traits"),
    _calls("pages", "page", "name", "category", "properties"),
    _calls("screens", "screen", "name", "category", "properties"),
    _calls("groups", "group", "group_id", "traits"),
    _calls("aliases", "alias", "previous_id"),
    # Tables: what is no column here is a property of the event, or a trait of the user or account.
    Resource(
        name="events",
        columns=(
            "message_id", "anonymous_id", "user_id", "event", "event_text", "timestamp", "original_timestamp",
            "sent_at", "received_at", "group_id", "weight", "properties", "context",
        ),
        required=("event", "timestamp"),
        labels={
            "id": "message_id", "insert_id": "message_id", "event_id": "message_id",
            "event_name": "event", "Event name": "event", "event_type": "event", "Event type": "event",
            "Action": "event", "context_group_id": "group_id", **_USER, **_TIME, **_ACCOUNT,
        },
        files=("*event*", "*track*"),
    ),
    Resource(
        name="page_views",
        columns=(
            "message_id", "anonymous_id", "user_id", "name", "category", "url", "path", "title", "timestamp",
            "received_at", "group_id", "context_campaign_name",
        ),
        required=("url", "timestamp"),
        labels={
            "id": "message_id", "page_title": "title", "context_group_id": "group_id", **_USER, **_TIME, **_ACCOUNT,
        },
        files=("*page*",),
    ),
    Resource(
        name="users",
        columns=("id", "user_id", "anonymous_id", "email", "group_id", "timestamp", "received_at"),
        required=("email",),
        labels={"updated_at": "timestamp", **_USER, **_ACCOUNT},
        files=("*user*", "*identif*"),
    ),
    Resource(
        name="accounts",
        columns=("id", "group_id", "user_id", "name", "timestamp", "received_at"),
        required=("group_id", "name"),
        labels={"updated_at": "timestamp", **_USER, **_ACCOUNT},
        files=("*account*", "*group*", "*compan*"),
    ),
    # A reading of the same thing at the same time replaces the one delivered before.
    Resource(
        name="metric_readings",
        columns=("subject_type", "subject_id", "metric", "read_at", "value", "unit"),
        key=("subject_type", "subject_id", "metric", "read_at"),
        required=("subject_type", "subject_id", "metric", "read_at", "value"),
        labels={
            "model": "subject_type", "Subject": "subject_id", "externalId": "subject_id", "dimensionId": "metric",
            "Measure": "metric", "Date": "read_at", "Time": "read_at", "timestamp": "read_at",
        },
        files=("*reading*", "*metric*"),
    ),
)  # fmt: skip


@dlt.source(name="product_usage")
def product_usage(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """Land calls, tables and readings from NDJSON, JSON, CSV and Parquet."""
    yield from land(RESOURCES, exports, scratch)
