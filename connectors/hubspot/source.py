"""HubSpot: owners, histories, stages and links, and the list of all that its exports hold; no mapping, no reading.

The collections of records stand in `records` and `activities`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.hubspot.activities import ACTIVITIES
from connectors.hubspot.records import RECORDS, TIMES, labels_of
from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

OWNERS = Resource(
    name="owners",
    columns=("id", "email", "type", "first_name", "last_name", "user_id", "teams", *TIMES),
    key=("id",),
    version="updated_at",
    required=("id", "email", "first_name", "user_id"),  # a list of users has other ids than the owners have
    labels=labels_of("owner_id = id; active_user_id = user_id"),
    files=("*owner*",),
    records="results",
)


def history(name: str, columns: str, file: str) -> Resource:
    """Pages of the CRM API asked for with `propertiesWithHistory`: of each property its values, newest first."""
    return Resource(
        name=name,
        columns=("id", "updated_at", *columns.split()),
        key=("id",),
        version="updated_at",
        required=("id", columns.split()[0]),
        files=(file,),
        records="results",
        flatten=("propertiesWithHistory",),
    )


def pipelines(name: str, file: str) -> Resource:
    """Answers of the pipelines API: each pipeline with its stages, their labels and whether they are closed."""
    return Resource(
        name=name,
        columns=("id", "label", "stages", "updated_at"),
        key=("id",),
        version="updated_at",
        required=("id", "label", "stages"),
        files=(file,),
        records="results",
    )


DEAL_STAGES = Resource(
    name="deal_stages",
    columns=("stage_id", "label", "pipeline_id", "is_closed", "probability", "updated_at"),
    key=("stage_id",),
    version="updated_at",
    required=("stage_id", "label", "probability"),
    files=("*deal*stage*",),
)

DEAL_STAGE_ENTRIES = Resource(
    name="deal_stage_entries",
    columns=("deal_id", "value", "date_entered"),
    key=("deal_id", "date_entered"),
    required=("deal_id", "value", "date_entered"),
    files=("*deal*stage*",),
)

TICKET_STAGES = Resource(
    name="ticket_stages",
    columns=("stage_id", "label", "pipeline_id", "ticket_state", "updated_at"),
    key=("pipeline_id", "stage_id"),
    version="updated_at",
    required=("stage_id", "label", "ticket_state"),
    files=("*ticket*stage*",),
)

ASSOCIATIONS = Resource(
    name="associations",
    columns=("id", "links"),
    required=("id", "links"),
    labels={"to": "links"},
    files=("*association*",),
    records="results",
    flatten=("from",),
)
"""Pages of batch reads of the associations API: a record's id, and what it is linked to and how."""

SUBSCRIPTION_TYPES = Resource(
    name="subscription_types",
    columns=("id", "name", "is_active"),
    key=("id",),
    required=("id", "name", "is_active"),
    files=("*subscription*",),
    records="subscriptionDefinitions",
)
"""The kinds of e-mail a portal sends, of each of which a contact may opt out."""

HISTORIES = {
    "deal_stage_history": "dealstage",
    "ticket_history": "hs_pipeline_stage hs_ticket_priority hubspot_owner_id",
}
"""Resource -> the properties of which every value is read."""

TRUST = 10
"""Rank among the sources when two disagree; lower is believed first."""

RESOURCES: tuple[Resource, ...] = (
    *(*RECORDS, *ACTIVITIES, OWNERS, ASSOCIATIONS, SUBSCRIPTION_TYPES),
    *(history(name, columns, f"*{name.replace('_', '*')}*") for name, columns in HISTORIES.items()),
    *(pipelines(f"{kind}_pipelines", f"*{kind}*pipeline*") for kind in ("deal", "ticket", "service", "appointment")),
    *(DEAL_STAGES, DEAL_STAGE_ENTRIES, TICKET_STAGES),
)


@dlt.source(name="hubspot")
def hubspot(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per HubSpot collection found in the exports; work files go to `scratch`."""
    yield from land(RESOURCES, exports, scratch)
