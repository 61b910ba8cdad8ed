"""How Salesforce's REST API is read: the query of each kind of record, paging, limits. Its records are `source`'s.

Sources: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm, the SOQL
reference on FIELDS() and date formats, and the pages on API limits and on OAuth 2.0 client credentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator
from dlt.sources.rest_api.typing import EndpointResource, RESTAPIConfig
from requests import Response

from connectors.reading.api import Api, LimitReachedError, Record, Settings, endpoint

HOUR = 3600
FIRST_DAY = "1999-01-01T00:00:00.000+0000"
"""Before Salesforce was there."""
LONG_REQUESTS = 30.0
"""Seconds after which one of the long requests that run at once is likely to be over."""

OBJECTS: Mapping[str, str] = {
    "accounts": "Account",
    "contacts": "Contact",
    "account_contact_relations": "AccountContactRelation",
    "leads": "Lead",
    "opportunities": "Opportunity",
    "opportunity_histories": "OpportunityHistory",
    "opportunity_field_histories": "OpportunityFieldHistory",
    "opportunity_contact_roles": "OpportunityContactRole",
    "opportunity_line_items": "OpportunityLineItem",
    "products": "Product2",
    "pricebook_entries": "PricebookEntry",
    "contracts": "Contract",
    "tasks": "Task",
    "events": "Event",
    "task_relations": "TaskRelation",
    "event_relations": "EventRelation",
    "cases": "Case",
    "case_histories": "CaseHistory",
    "case_comments": "CaseComment",
    "email_messages": "EmailMessage",
    "notes": "Note",
    "content_notes": "ContentNote",
    "users": "User",
    "user_roles": "UserRole",
    "groups": "Group",
    "record_types": "RecordType",
}
"""Salesforce's name of what fills each resource."""
OTHER_CURSORS = {
    "opportunity_field_histories": "CreatedDate",
    "case_histories": "CreatedDate",
    "content_notes": "LastModifiedDate",
}
"""What tells new rows of the kinds that have no SystemModstamp."""
ALWAYS_THERE = frozenset({"accounts", "contacts", "opportunities", "users"})
"""Every workspace has these; the others may be switched off, and are then passed over."""


def soql_moment(moment: str) -> str:
    """A time as records have it, as SOQL wants it: 2026-03-31T14:05:00.000Z. The offset of records is always zero."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def config(settings: Settings) -> RESTAPIConfig:
    """One query per kind of record, oldest change first, deleted records among the others; notes' links by note."""
    path = f"services/data/v{settings['api_version']}/queryAll"
    auth: Any = {
        "type": "oauth2_client_credentials",
        "access_token_url": f"{settings['base_url'].rstrip('/')}/services/oauth2/token",
        "client_id": settings["client_id"],
        "client_secret": settings["client_secret"],
    }
    if settings["refresh_token"]:
        auth["access_token_request_data"] = {"grant_type": "refresh_token", "refresh_token": settings["refresh_token"]}
    links = "SELECT FIELDS(STANDARD) FROM ContentDocumentLink WHERE ContentDocumentId = '{resources.content_notes.Id}'"
    changes = [_changes(name, path, _custom(settings["custom_fields"], kind)) for name, kind in OBJECTS.items()]
    return {
        "client": {"base_url": settings["base_url"], "auth": auth},
        "resources": [*changes, endpoint("content_document_links", path, "records", _pages(), params={"q": links})],
    }


def _changes(name: str, path: str, custom: str) -> EndpointResource:
    """What changed of one kind of record since the last time."""
    cursor = OTHER_CURSORS.get(name, "SystemModstamp")
    since = f"{cursor} >= {{incremental.start_value}}"
    rest: dict[str, Any] = {}
    if name not in ALWAYS_THERE:
        rest["response_actions"] = [{"status_code": 400, "content": "INVALID_TYPE", "action": "ignore"}]
    return endpoint(
        name,
        path,
        "records",
        _pages(),
        params={"q": f"SELECT FIELDS(STANDARD){custom} FROM {OBJECTS[name]} WHERE {since} ORDER BY {cursor}, Id"},
        incremental={
            "cursor_path": cursor,
            "initial_value": FIRST_DAY,
            "lag": HOUR,
            "row_order": "asc",
            "convert": soql_moment,
        },
        **rest,
    )


def _pages() -> JSONLinkPaginator:
    return JSONLinkPaginator("nextRecordsUrl")


def _custom(listed: str, kind: str) -> str:
    """The workspace's own fields of one object, from `Account.Segment__c, Opportunity.MRR__c`."""
    pairs = (field.strip().split(".", 1) for field in listed.split(",") if field.strip())
    return "".join(f", {pair[1]}" for pair in pairs if pair[0].casefold() == kind.casefold() and len(pair) == 2)


def flat(record: Record) -> Record:
    """The record without what only repeats its fields as one object: addresses, and which kind of record it is."""
    return {name: value for name, value in record.items() if not isinstance(value, dict)}


def wait(response: Response) -> float | None:
    """Salesforce answers 403 to too many requests: of the last 24 hours, or long ones at once."""
    if response.status_code != 403 or "REQUEST_LIMIT_EXCEEDED" not in response.text:
        return None
    if "concurrent" in response.text.lower():
        return LONG_REQUESTS
    raise LimitReachedError("Salesforce's API requests of the last 24 hours are used up; sync again in some hours")


API = Api(
    secrets={
        "client_id": "the consumer key of an external client app (Setup, External Client App Manager)",
        "client_secret": "the consumer secret of that app",
    },
    settings={"base_url": None, "api_version": "62.0", "refresh_token": "", "custom_fields": ""},
    config=config,
    scopes=dict.fromkeys((*OBJECTS, "content_document_links"), "the OAuth scope api and a user with View All Data"),
    written=dict.fromkeys((*OBJECTS, "content_document_links"), flat),
    wait=wait,
)
