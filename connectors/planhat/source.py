"""Planhat: which of its models a delivery holds and how each is recognised; no mapping, no reading of files.

The API gives every model as a bare list of records with camelCase keys, CSV exports the English field names of the app:
`labels` makes one of both. A workspace's own fields are the object `custom` of a record, or further columns of a CSV.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.planhat.models import RESOURCES as RESOURCES  # what a delivery of this source may hold
from connectors.reading.landing import land
from connectors.reading.resource import Export

TRUST = 15
"""Rank among the sources when two disagree; lower is believed first."""


@dlt.source(name="planhat")
def planhat(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per Planhat model that the exports hold; rows as sent, every value as text."""
    yield from land(RESOURCES, exports, scratch)
