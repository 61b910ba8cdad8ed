"""How Jira Cloud's API is read: JQL search, changelogs, links, people, organizations. Its records are `source`'s.

Sources: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ (issue search, issues, issue remote links, issue
fields, users, rate limiting) and https://developer.atlassian.com/cloud/jira/service-desk/rest/ (organization).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dlt.sources.rest_api.typing import EndpointResource, PaginatorConfig, RESTAPIConfig

from connectors.reading.api import Api, Record, Settings, endpoint

HOUR = 3600
FIRST_DAY = "2002-01-01T00:00:00.000+0000"
"""Before Jira was there."""
PAGE = 100
SEARCH = "rest/api/3/search/jql"
GONE: list[Any] = [{"status_code": 404, "action": "ignore"}]
LAG = 36 * HOUR
"""JQL has minutes only, and reads them in the time zone of the key's owner, which may be 14 hours from that of UTC."""


def jql_minute(moment: str) -> str:
    """A time as issues have it, as JQL wants it: 2026-03-31 14:05, the clock as it was written."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}"


def config(settings: Settings) -> RESTAPIConfig:
    """Issues as they change, oldest change first, each with its newest changes and its links; the rest whole each time.

    An issue's changelog in a search ends after some; of issues with more it is asked for by itself.
    """
    long = _issues("_long", settings["jql"], {"fields": "updated", "expand": "changelog"})
    long["processing_steps"] = [{"filter": has_more_changes}]
    return {
        "client": {
            "base_url": settings["base_url"],
            "auth": {"type": "http_basic", "username": settings["email"], "password": settings["api_token"]},
        },
        "resources": [
            _issues("issues", settings["jql"], {"fields": "*all", "expand": "changelog"}),
            endpoint(
                "remote_links",
                "rest/api/3/issue/{resources.issues.id}/remotelink",
                "$",
                "single_page",
                response_actions=GONE,
            ),
            long,
            endpoint(
                "changelogs",
                "rest/api/3/issue/{resources._long.id}/changelog",
                "values",
                _offset("startAt", "maxResults", PAGE, "total"),
                include_from_parent=["id"],
                response_actions=GONE,
            ),
            endpoint("fields", "rest/api/3/field", "$", "single_page"),
            endpoint("users", "rest/api/3/users/search", "$", _offset("startAt", "maxResults", 10 * PAGE)),
            endpoint(
                "organizations",
                "rest/servicedeskapi/organization",
                "values",
                _offset("start", "limit", 50),
                response_actions=GONE,  # a site without Service Management
            ),
            endpoint(
                "organization_members",
                "rest/servicedeskapi/organization/{resources.organizations.id}/user",
                "values",
                _offset("start", "limit", 50),
                include_from_parent=["id"],
                response_actions=GONE,
            ),
        ],
    }


def _issues(name: str, jql: str, params: dict[str, Any]) -> EndpointResource:
    """A search for issues that changed since the last time."""
    within = f"({jql}) AND " if jql else ""
    query = f'{within}updated >= "{{incremental.start_value}}" ORDER BY updated ASC'
    return endpoint(
        name,
        SEARCH,
        "issues",
        {"type": "cursor", "cursor_path": "nextPageToken", "cursor_param": "nextPageToken"},
        params={**params, "jql": query, "maxResults": PAGE},
        incremental={
            "cursor_path": "fields.updated",
            "initial_value": FIRST_DAY,
            "lag": LAG,
            "row_order": "asc",
            "convert": jql_minute,
        },
    )


def _offset(start: str, limit: str, size: int, total: str | None = None) -> PaginatorConfig:
    """Pages by count; without a total until one is empty, for Jira leaves out of a page what the key may not see."""
    return {"type": "offset", "limit": size, "offset_param": start, "limit_param": limit, "total_path": total}


def has_more_changes(issue: Record) -> bool:
    """True of an issue whose changelog did not come whole."""
    changelog = issue.get("changelog") or {}
    return int(changelog.get("total", 0)) > len(changelog.get("histories", ()))


def as_bulk(history: Record) -> Record:
    """A change with the issue it is of, in the form of the bulk fetch."""
    own = {name: value for name, value in history.items() if name != "__long_id"}
    return {"issueId": history["__long_id"], "changeHistories": [own]}


def of_organization(member: Record) -> Record:
    """A customer with the organization it is of, under the name that files give it."""
    own = {name: value for name, value in member.items() if name != "_organizations_id"}
    return {"organizationId": member["_organizations_id"], **own}


API = Api(
    secrets={"api_token": "an API token of a user who sees the projects (id.atlassian.com, Security)"},
    settings={"base_url": None, "email": None, "jql": ""},
    config=config,
    scopes=dict.fromkeys(
        ("issues", "remote_links", "_long", "changelogs", "fields"), "the permission to browse the projects"
    )
    | {"users": "the global permission to browse users and groups"}
    | dict.fromkeys(("organizations", "organization_members"), "a licence of an agent of the service desk"),
    written={"changelogs": as_bulk, "organization_members": of_organization},
    complete=frozenset({"organizations"}),
)
