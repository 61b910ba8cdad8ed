"""What every kind of Salesforce record has in common, said once; which kinds there are stands in `source`."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.reading.resource import Resource

COMMON = (
    "id is_deleted created_by_id created_date last_modified_by_id last_modified_date system_modstamp currency_iso_code "
    "last_activity_date last_viewed_date last_referenced_date attributes"
)
"""What most records have; `attributes` stands in every record of the API and says of which kind it is."""


def labels_of(*lines: str) -> dict[str, str]:
    """`"Header = column; Header = column"` lines as header -> column."""
    pairs = (pair.split(" = ") for line in lines for pair in line.split("; "))
    return {header.strip(): column.strip() for header, column in pairs}


def record(
    name: str,
    columns: str,
    *,
    required: str,
    files: str,
    labels: Sequence[str] = (),
    version: str = "system_modstamp",
) -> Resource:
    """A kind of Salesforce record. Its newest version is the one with the greatest SystemModstamp.

    A report has no SystemModstamp, so its rows only count for records that came in no other way.
    """
    return Resource(
        name=name,
        columns=tuple(dict.fromkeys((*COMMON.split(), *columns.split()))),
        key=("id",),
        version=version,
        required=("id", *required.split()),
        labels=labels_of(*labels),
        files=tuple(files.split()),
        records="records",
    )
