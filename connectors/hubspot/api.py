"""How HubSpot's API is read: which records, their links and cursors, scopes, limits. Its records are those of `source`.

Sources: https://developers.hubspot.com/docs/guides/crm/using-object-apis, the pages on search, associations,
properties, pipelines and owners beside it, and the usage guidelines of https://developers.hubspot.com/docs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlt.sources.rest_api.typing import EndpointResource, RESTAPIConfig
from requests import Response

from connectors.hubspot.activities import ACTIVITIES
from connectors.hubspot.asking import FIRST_DAY, Asking, milliseconds
from connectors.hubspot.records import RECORDS
from connectors.hubspot.source import HISTORIES
from connectors.reading.api import Api, LimitReachedError, Settings, endpoint
from connectors.reading.resource import Resource

DAY = 24 * 3600
"""Longer than the longest first reading is likely to take: what is changed meanwhile comes with the next one."""
OPTIONAL = ("feedback_submissions", "services", "appointments")
"""Records that not every portal has."""
LINKS = {
    "contacts": "companies",
    "deals": "companies contacts",
    "line_items": "deals",
    "tickets": "companies contacts",
    "feedback_submissions": "companies contacts tickets",
    "calls": "companies contacts",
    "meetings": "companies contacts",
    "appointments": "companies contacts",
    "notes": "companies contacts deals tickets",
    "tasks": "companies contacts deals tickets",
    "services": "companies deals",
}
"""Whose ids the records of a collection are asked for with."""
OF_SERVICES = ("meetings", "appointments", "notes", "tasks")
"""Collections whose records may belong to a service."""
CHANGED = {"contacts": "lastmodifieddate"}
"""The property that says when a record was changed, where it is not hs_lastmodifieddate."""
SCOPES = {
    "line_items": "crm.objects.line_items.read",
    "products": "crm.objects.products.read",
    "tickets": "tickets",
    "ticket_history": "tickets",
    "ticket_pipelines": "tickets",
    "deals": "crm.objects.deals.read",
    "deal_stage_history": "crm.objects.deals.read",
    "deal_pipelines": "crm.objects.deals.read",
    "companies": "crm.objects.companies.read",
    "owners": "crm.objects.owners.read",
    "feedback_submissions": "crm.objects.feedback_submissions.read",
    "appointments": "crm.objects.appointments.read",
    "appointment_pipelines": "crm.objects.appointments.read",
    "services": "crm.objects.services.read",
    "service_pipelines": "crm.objects.services.read",
    "subscription_types": "communication_preferences.read",
} | dict.fromkeys(("contacts", "calls", "meetings", "notes", "tasks"), "crm.objects.contacts.read")
"""What a private app must be allowed."""


def config(settings: Settings) -> RESTAPIConfig:
    """Every kind of record as it changes, and those deleted; histories, owners, pipelines and kinds of e-mail."""
    present = settings["objects"].replace(",", " ").split()
    is_whole = settings["read_whole"].lower() in ("yes", "true", "1")
    wanted = [one for one in (*RECORDS, *ACTIVITIES) if one.name not in OPTIONAL or one.name in present]
    pipelines = ["deals", "tickets", *(name for name in ("services", "appointments") if name in present)]
    return {
        "client": {
            "base_url": settings["base_url"],
            "auth": {"type": "bearer", "token": settings["access_token"]},
        },
        "resources": [
            *_owners(),
            *(_plain(f"{kind[:-1]}_pipelines", f"crm/v3/pipelines/{kind}", "results") for kind in pipelines),
            *(found for one in wanted for found in _records(one, "services" in present, is_whole)),
            *(_history(name, is_whole) for name in HISTORIES),
            _plain("subscription_types", "communication-preferences/v3/definitions", "subscriptionDefinitions"),
        ],
    }


def _records(resource: Resource, has_services: bool, is_whole: bool) -> Iterator[EndpointResource]:
    """A kind of record: what changed, and what was deleted, of which HubSpot keeps a list for 90 days."""
    kind = resource.name
    links = [*LINKS.get(kind, "").split(), *(["services"] if has_services and kind in OF_SERVICES else [])]
    changed = CHANGED.get(kind, "hs_lastmodifieddate")
    asking = Asking(kind, resource.columns, links=links, changed=changed, is_whole=is_whole)
    yield _changes(kind, asking)
    deleted = Asking(kind, resource.columns, links=links, is_archived=True)
    yield endpoint(f"{kind}__archived", deleted.path, "results", deleted)


def _history(name: str, is_whole: bool) -> EndpointResource:
    """Every value that properties of a kind of record had."""
    kind = f"{name.partition('_')[0]}s"
    return _changes(name, Asking(kind, (), history=HISTORIES[name].split(), is_whole=is_whole))


def _changes(name: str, asking: Asking) -> EndpointResource:
    return endpoint(
        name,
        asking.path,
        "results",
        asking,
        params={"since": "{incremental.start_value}"},
        incremental={"cursor_path": "updatedAt", "initial_value": FIRST_DAY, "lag": DAY, "convert": milliseconds},
    )


def _owners() -> Iterator[EndpointResource]:
    for name, is_archived in (("owners", "false"), ("owners__archived", "true")):
        pages: Any = {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"}
        yield endpoint(name, "crm/v3/owners", "results", pages, params={"limit": 100, "archived": is_archived})


def _plain(name: str, path: str, records: str) -> EndpointResource:
    return endpoint(name, path, records, "single_page")


def wait(response: Response) -> float | None:
    """HubSpot counts by the second (search), by ten seconds and by the day, and says which count is full."""
    if response.status_code == 423:
        return 2.0
    if response.status_code != 429 or "Retry-After" in response.headers:
        return None
    policy = response.text.upper()
    if '"DAILY"' in policy:
        raise LimitReachedError(
            "HubSpot's API requests of this day are used up; sync again after midnight in the account's time zone"
        )
    return 10.0 if '"TEN_SECONDLY_ROLLING"' in policy else 1.0 if '"SECONDLY"' in policy else None


API = Api(
    secrets={"access_token": "the access token of a private app (Settings, Integrations, Private Apps)"},
    settings={"base_url": "https://api.hubapi.com", "objects": "feedback_submissions", "read_whole": ""},
    config=config,
    scopes={name: f"the scope {scope}" for name, scope in SCOPES.items()},
    wait=wait,
)
