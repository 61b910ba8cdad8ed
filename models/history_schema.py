"""The schema of a history: an object's own fields and the time between which they stood.

Here belongs only what every history has beside its object's fields. How it is made stands in `pipelines/`.
"""

from __future__ import annotations

from models.schema import Instant, Object, Schema, field

OWN = ("valid_from", "valid_to", "known_from")
"""The columns of a history that are no field of its object; no object with a history has a field of that name."""


class Span(Object):
    """Between which instants a row of a history says how things were."""

    valid_from: Instant = field("Since when it was so, by the source's own time (UTC); this instant counts.", key=True)
    valid_to: Instant = field("Until when it was so; this instant no more. Null where it is so still.")
    known_from: Instant = field("When the newest delivery that says so arrived.", required=True)


def history_schema(name: str, base: type[Schema]) -> type[Schema]:
    """The schema of `history.<object>`, given that of the object."""
    about = (
        f"How each {name.replace('_', ' ')} was at any time, as its sources told it: a row as long as nothing of it "
        f"changed. history.{name}_at(moment) gives the rows of one moment."
    )
    return type(f"{base.__name__}History", (base, Span), {"__doc__": about, "__module__": base.__module__})
