"""What Intercom gives: its collections, their columns and shapes; no mapping, no reading of files.

Every record of the API says its own `type`, so pages, single records and lines of any of them may be mixed. Tables of a
warehouse loader carry the same columns, some of them flattened, and the links between records as tables of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

LOADER = {"_fivetran_active": "active", "_fivetran_deleted": "deleted"}
"""How warehouse loaders mark a version that no longer holds, and a record that is gone."""

CONVERSATIONS = Resource(
    name="conversations",
    columns=(
        "id",
        "title",
        "state",
        "source",
        "contacts",
        "company",
        "teammates",
        "admin_assignee_id",
        "tags",
        "statistics",
        "conversation_rating",
        "conversation_parts",
        "created_at",
        "updated_at",
        "source_type",
        "source_delivered_as",
        "source_subject",
        "source_body",
        "source_author_id",
        "source_author_type",
        "conversation_rating_value",
        "conversation_rating_remark",
        "conversation_rating_created_at",
    ),
    key=("id",),
    version="updated_at",
    required=("id", "state", "priority", "created_at"),
    files=("*conversation*",),
    records="conversations",
    where={"type": "conversation"},
    flatten=("custom_attributes",),
)
"""Lists and searches come without the parts; a conversation fetched by itself has them."""

CONVERSATION_PARTS = Resource(
    name="conversation_parts",
    columns=(
        "id",
        "conversation_id",
        "part_type",
        "body",
        "author_id",
        "author_type",
        "created_at",
        "updated_at",
        "deleted",
    ),
    key=("conversation_id", "id"),
    version="updated_at",
    required=("id", "conversation_id", "part_type", "author_id"),
    labels=LOADER,
    files=("*conversation_part*",),
)

CONTACTS = Resource(
    name="contacts",
    columns=(
        "id",
        "external_id",
        "role",
        "name",
        "email",
        "phone",
        "owner_id",
        "admin_id",
        "has_hard_bounced",
        "marked_email_as_spam",
        "unsubscribed_from_emails",
        "language_override",
        "browser_language",
        "location",
        "location_country",
        "companies",
        "tags",
        "merge_history",
        "signed_up_at",
        "last_seen_at",
        "created_at",
        "updated_at",
        "archived",
        "deleted",
    ),
    key=("id",),
    version="updated_at",
    required=("id", "role", "email"),
    files=("*contact*",),
    records="data",
    where={"type": "contact"},
    flatten=("custom_attributes",),
)

COMPANIES = Resource(
    name="companies",
    columns=("id", "company_id", "name", "website", "industry", "size", "tags", "created_at", "updated_at"),
    key=("id",),
    version="updated_at",
    required=("id", "company_id", "name"),
    files=("*compan*",),
    records="data",
    where={"type": "company"},
    flatten=("custom_attributes",),
)
"""Plan, spend and the workspace's own attributes stay with the company as `custom`."""

ADMINS = Resource(
    name="admins",
    columns=("id", "name", "email", "job_title", "team_ids", "deleted"),
    key=("id",),
    required=("id", "name", "email"),
    labels=LOADER,
    files=("*admin*", "*teammate*"),
    records="admins",
    where={"type": "admin"},
)

TICKETS = Resource(
    name="tickets",
    columns=(
        "id",
        "_default_title",
        "_default_description",
        "ticket_state",
        "ticket_type",
        "contacts",
        "company_id",
        "admin_assignee_id",
        "ticket_parts",
        "open",
        "created_at",
        "updated_at",
    ),
    key=("id",),
    version="updated_at",
    required=("id", "ticket_state", "created_at"),
    labels={"_default_title_": "_default_title", "_default_description_": "_default_description"},
    files=("*ticket*",),
    records="tickets",
    where={"type": "ticket"},
    flatten=("ticket_attributes",),
)

NOTES = Resource(
    name="notes",
    columns=("id", "contact", "company", "author", "body", "created_at"),
    key=("id",),
    required=("id", "author", "body"),
    files=("*note*",),
    records="data",
    where={"type": "note"},
)

TAGS = Resource(
    name="tags",
    columns=("id", "name"),
    key=("id",),
    required=("id", "name", "type"),
    files=("*tag*",),
    records="data",
    where={"type": "tag"},
)

TEAMS = Resource(
    name="teams",
    columns=("id", "name", "admin_ids"),
    key=("id",),
    required=("id", "name", "admin_ids"),
    files=("*team*",),
    records="teams",
    where={"type": "team"},
)


def table(name: str, columns: tuple[str, ...], required: int, key: int, *files: str) -> Resource:
    """A loader's table that no page of the API has: `required` and `key` count from the first column."""
    return Resource(
        name=name,
        columns=columns,
        key=columns[:key],
        version=next((column for column in columns if column.endswith("updated_at")), None),
        required=columns[:required],
        labels=LOADER,
        files=files,
    )


LOADER_TABLES = (
    table("tag_table", ("id", "deleted", "name"), 3, 1, "*tag_data*", "*tag.*"),
    table("team_table", ("id", "deleted", "name"), 3, 1, "*team*"),
    table("team_admins", ("admin_id", "team_id", "deleted"), 2, 2, "*team_admin*"),
    table("company_tags", ("company_id", "tag_id", "company_updated_at", "active"), 2, 2, "*company_tag*"),
    table("contact_tags", ("contact_id", "tag_id", "contact_updated_at", "active"), 2, 2, "*contact_tag*"),
    table(
        "conversation_tags",
        ("conversation_id", "tag_id", "conversation_updated_at", "active"),
        2,
        2,
        "*conversation_tag*",
    ),
    table("contact_companies", ("contact_id", "company_id", "contact_updated_at", "active"), 2, 2, "*contact_compan*"),
    table(
        "conversation_contacts",
        ("conversation_id", "contact_id", "conversation_updated_at", "active"),
        2,
        2,
        "*conversation_contact*",
    ),
    # Kept as sent: no standard object is a collection of help articles, and its columns would pass for those of a tag.
    table("help_center_collections", ("id", "help_center_id", "name"), 3, 1, "*collection*"),
)

TRUST = 35
"""Rank among the sources when two disagree; lower is believed first."""

RESOURCES: tuple[Resource, ...] = (
    CONVERSATIONS,
    CONVERSATION_PARTS,
    CONTACTS,
    COMPANIES,
    ADMINS,
    TICKETS,
    NOTES,
    TAGS,
    TEAMS,
    *LOADER_TABLES,
)


@dlt.source(name="intercom")
def intercom(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per Intercom collection that the exports hold; rows as sent, every value as text."""
    yield from land(RESOURCES, exports, scratch)
