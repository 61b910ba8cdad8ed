"""What Jira gives: its collections, their columns and shapes; no mapping, no reading of files.

Issues come as JSON of the API (all of an issue's `fields` become columns) or as the CSV of the issue navigator, whose
headers people see and which repeats a header for every further value: the second `Labels` becomes `labels_2`. Fields
that are not declared here, custom ones above all, stay with the issue as `custom`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

CUSTOMER_FIELDS = ("Customer", "Customers", "Customer ID", "Customer IDs", "Company", "CRM ID")
"""Names under which a custom field of an issue is read as the customers it touches; `issue_link.sql` has them too."""

ISSUES = Resource(
    name="issues",
    columns=(
        "id",
        "key",
        "self",
        "summary",
        "description",
        "status",
        "status_category",
        "issuetype",
        "priority",
        "labels",
        "assignee",
        "assignee_id",
        "reporter",
        "reporter_id",
        "creator",
        "creator_id",
        "parent",
        "parent_key",
        "epic_link",
        "duedate",
        "created",
        "updated",
        "resolutiondate",
        "changelog",
        "organizations",
        "customer",
        "zendesk_ticket_ids",
    ),
    key=("id",),
    version="updated",
    required=("id", "key", "summary"),
    labels={
        "Issue id": "id",
        "Work item id": "id",
        "Issue key": "key",
        "Work item key": "key",
        "Issue Type": "issuetype",
        "Work Type": "issuetype",
        "Work item type": "issuetype",
        "Due date": "duedate",
        "Resolved": "resolutiondate",
        "Parent id": "parent",
        "Custom field (Epic Link)": "epic_link",
        "Custom field (Organizations)": "organizations",
        "Custom field (Zendesk Ticket IDs)": "zendesk_ticket_ids",
        **{f"Custom field ({name})": "customer" for name in CUSTOMER_FIELDS},
    },
    files=("*issue*", "*jira*", "*search*"),
    records="issues",
    flatten=("fields",),
)

CHANGELOGS = Resource(
    name="changelogs",
    columns=("issue_id", "change_histories"),
    key=("issue_id", "change_histories"),
    required=("issue_id", "change_histories"),
    files=("*changelog*",),
    records="issueChangeLogs",
)
"""The bulk fetch of changes; an issue's changes may be spread over several pages, so that every row counts."""

REMOTE_LINKS = Resource(
    name="remote_links",
    columns=("id", "self", "relationship", "object"),
    key=("id",),
    required=("id", "self", "object"),
    files=("*remote*link*",),
)

FIELDS = Resource(
    name="fields",
    columns=("id", "name", "schema"),
    key=("id",),
    required=("id", "name", "schema", "clause_names"),
    files=("*field*",),
)

USERS = Resource(
    name="users",
    columns=("account_id", "account_type", "display_name", "email_address", "active"),
    key=("account_id",),
    required=("account_id", "display_name", "active"),
    labels={
        "User id": "account_id",
        "User name": "display_name",
        "email": "email_address",
        "User status": "active",
    },
    files=("*user*",),
)
"""The API's list, which shows few addresses, and the CSV of admin.atlassian.com, which shows all."""

ORGANIZATIONS = Resource(
    name="organizations",
    columns=("id", "name"),
    key=("id",),
    required=("id", "name", "_links"),
    files=("*organi?ation*",),
    records="values",
)

ORGANIZATION_MEMBERS = Resource(
    name="organization_members",
    columns=("organization_id", "account_id", "display_name", "email_address", "active"),
    key=("organization_id", "account_id"),
    required=("organization_id", "account_id"),
    files=("*organi?ation*",),
    records="values",
)
"""Customers of Jira Service Management; the API does not say in the record which organization they are of."""

TRUST = 45
"""Rank among the sources when two disagree; lower is believed first."""

RESOURCES: tuple[Resource, ...] = (
    ISSUES,
    CHANGELOGS,
    REMOTE_LINKS,
    FIELDS,
    USERS,
    ORGANIZATIONS,
    ORGANIZATION_MEMBERS,
)


@dlt.source(name="jira")
def jira(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per Jira collection that the exports hold; rows as sent, every value as text."""
    yield from land(RESOURCES, exports, scratch)
