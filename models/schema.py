"""The words a schema is written in: types, `field()` and the base classes of objects and marts.

Here belongs only what every schema shares. What one thing *is* stands in `models/objects/<object>.py` or
`models/marts/<mart>.py`; how a schema becomes DDL, checks and comments stands in `pipelines/`.
"""

from __future__ import annotations

from typing import Annotated, Any

import pandera.polars as pa
import polars as pl

Text = str
Json = str
Flag = bool
Whole = pl.Int64
Number = pl.Float64
Day = pl.Date
Instant = Annotated[pl.Datetime, "us", None]
"""A UTC instant, stored without a zone; columns of this type end in `_at`."""
Money = Annotated[pl.Decimal, 18, 4]
"""An exact amount in units of the currency beside it (never cents, never float)."""
Exact = Annotated[pl.Decimal, 38, 12]
"""An exact quantity or rate that money is computed from."""


def field(
    description: str,
    *,
    key: bool = False,
    required: bool = False,
    references: str | None = None,
    personal: bool = False,
    json: bool = False,
    isin: list[str] | None = None,
    ge: float | None = None,
    le: float | None = None,
    matches: str | None = None,
) -> Any:
    """Declare one column.

    `key`: part of the row's key (unique together, never null). `required`: never null. `references`: the object whose
    id stands here; in staging the source's own record id (or an e-mail address) stands here instead. `personal`:
    identifies a person. `json`: text that is a JSON document. `isin`, `ge`, `le`, `matches`: Pandera checks; rows of a
    source that break one are quarantined with the reason.
    """
    return pa.Field(
        nullable=not (key or required),
        isin=isin,
        ge=ge,
        le=le,
        str_matches=matches,
        description=description,
        metadata={"key": key, "references": references, "personal": personal, "json": json},
    )


class Schema(pa.DataFrameModel):
    """Base of every schema: exactly the declared columns, each of exactly the declared type."""

    class Config:
        strict = True
        coerce = False


class Object(Schema):
    """Base of every standard object: where the row comes from and when it was true (spec: standard objects)."""

    source_system: Text = field(
        "Connector the row comes from; for a merged row, the source that named it.", required=True
    )
    source_record_id: Text = field("The record's own id in that source.", required=True)
    external_id: Text = field("Id the source keeps for this record in some other system.")
    created_at: Instant = field("When the record was created in the source.")
    updated_at: Instant = field("When the record was last changed in the source.")
    source_deleted_at: Instant = field("When the source deleted the record; the row itself stays.")
    loaded_at: Instant = field("When the delivery that holds this version arrived.", required=True)
    custom: Json = field("The workspace's own fields that no standard field takes, as JSON.", json=True)
    derived_by: Text = field("Rule that derived the row; null when a source sent it.")


class Happening(Object):
    """Base of an object that happens, or is told, once: it has no history, for it never is otherwise."""
