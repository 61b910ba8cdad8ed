"""What Zendesk Support exports: its collections, their columns and shapes; no mapping, no reading of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract.resource import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

TICKETS = Resource(
    name="tickets",
    columns=(
        "id",
        "external_id",
        "subject",
        "description",
        "status",
        "priority",
        "type",
        "via",
        "via_channel",
        "tags",
        "requester_id",
        "requester",
        "requester_email",
        "submitter_id",
        "assignee_id",
        "assignee",
        "organization_id",
        "organization",
        "email_cc_ids",
        "satisfaction_rating",
        "satisfaction_score",
        "comments",
        "solved_at",
        "reopens",
        "replies",
        "first_reply_time_in_minutes",
        "created_at",
        "updated_at",
    ),
    key=("id",),
    version="updated_at",
    required=("id", "subject", "status", "created_at"),
    labels={"Ticket type": "type"},
    files=("*ticket*",),
    records="tickets",
    flatten=("ticket",),
)
"""Account export (comments inside), pages of the API, and the ticket list as CSV, whose `requester`, `assignee` and
`organization` are names and whose `via` is a word, where JSON has objects."""

TICKET_COMMENTS = Resource(
    name="ticket_comments",
    columns=(
        "id",
        "ticket_id",
        "author_id",
        "body",
        "plain_body",
        "public",
        "attachments",
        "via",
        "created_at",
    ),
    key=("id",),
    version=None,
    required=("id", "ticket_id", "author_id", "body"),
    labels={"user_id": "author_id", "created": "created_at"},
    files=("*comment*",),
    records="comments",
)

TICKET_AUDITS = Resource(
    name="ticket_audits",
    columns=("id", "ticket_id", "author_id", "events", "via", "created_at"),
    key=("id",),
    version=None,
    required=("id", "ticket_id", "events", "created_at"),
    labels={},
    files=("*audit*",),
    records="audits",
    flatten=("audit",),
)

TICKET_FIELD_HISTORY = Resource(
    name="ticket_field_history",
    columns=("ticket_id", "field_name", "updated", "value", "user_id"),
    key=("ticket_id", "field_name", "updated"),
    version=None,
    required=("ticket_id", "field_name", "updated", "value"),
    labels={},
    files=("*field_history*",),
    records=None,
)
"""The changes as a table of values, the form in which warehouse loaders keep them."""

TICKET_METRICS = Resource(
    name="ticket_metrics",
    columns=("ticket_id", "reopens", "replies", "solved_at", "reply_time_in_minutes", "updated_at"),
    key=("ticket_id",),
    version="updated_at",
    required=("ticket_id", "reopens", "replies"),
    labels={},
    files=("*ticket_metrics*",),
    records="ticket_metrics",
)

USERS = Resource(
    name="users",
    columns=(
        "id",
        "external_id",
        "name",
        "email",
        "phone",
        "role",
        "organization_id",
        "default_group_id",
        "iana_time_zone",
        "locale",
        "tags",
        "active",
        "suspended",
        "created_at",
        "updated_at",
    ),
    key=("id",),
    version="updated_at",
    required=("id", "name", "role"),
    labels={},
    files=("*user*",),
    records="users",
    flatten=("user",),
)

ORGANIZATIONS = Resource(
    name="organizations",
    columns=("id", "external_id", "name", "domain_names", "tags", "created_at", "updated_at", "deleted_at"),
    key=("id",),
    version="updated_at",
    required=("id", "name", "shared_tickets"),
    labels={},
    files=("*organization*", "*organisation*"),
    records="organizations",
    flatten=("organization",),
)

SATISFACTION_RATINGS = Resource(
    name="satisfaction_ratings",
    columns=("id", "ticket_id", "score", "comment", "created_at", "updated_at"),
    key=("id",),
    version="updated_at",
    required=("id", "ticket_id", "score"),
    labels={},
    files=("*satisfaction*",),
    records="satisfaction_ratings",
)

GROUPS = Resource(
    name="groups",
    columns=("id", "name", "created_at", "updated_at"),
    key=("id",),
    version="updated_at",
    required=("id", "name", "url", "created_at", "updated_at"),
    labels={},
    files=("*group*",),
    records="groups",
)

TRUST = 30
"""Rank among the sources when two disagree; lower is believed first."""

RESOURCES: tuple[Resource, ...] = (
    TICKETS,
    TICKET_COMMENTS,
    TICKET_AUDITS,
    TICKET_FIELD_HISTORY,
    TICKET_METRICS,
    USERS,
    ORGANIZATIONS,
    SATISFACTION_RATINGS,
    GROUPS,
)


@dlt.source(name="zendesk")
def zendesk(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per Zendesk collection that the exports hold; rows as sent, every value as text."""
    yield from land(RESOURCES, exports, scratch)
