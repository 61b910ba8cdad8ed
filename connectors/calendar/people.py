"""Who an event names: attendees and organizer, and which are rooms or lists. Nothing else of an event is read here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from urllib.parse import unquote

from connectors.calendar.components import Property

_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]@]{1,64}@[^\s<>\"',;:()\[\]@.]+(\.[^\s<>\"',;:()\[\]@.]+)+")
_NOBODY = re.compile(
    r"(.*@(resource|group|import)\.calendar\.google\.com|unknownorganizer@calendar\.google\.com|.*@[^@]*\.invalid"
    r"|(.*[-_.+])?(no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|mailer-?daemon|notifications?)([-_.+=].*)?@.*)"
)
_TURNED = re.compile(r"([^\d,()]+?), *(?!(?:inc|llc|ltd|md|phd|jr|sr)\b)([^\d,()]+)", re.IGNORECASE)
"""Outlook's "Okafor, Chidi"."""
_KINDS = {"INDIVIDUAL": "person", "ROOM": "room", "RESOURCE": "room", "GROUP": "group"}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


@dataclass
class Person:
    """One attendee. `kind` is person, room or group; an address nobody reads (a calendar's own) is a room's too.

    `response` is accepted, declined, tentative or none; who called the meeting and says nothing has accepted.
    """

    address: str | None
    name: str | None
    kind: str
    response: str
    is_optional: bool
    is_organizer: bool

    def as_fields(self) -> dict[str, str | bool | None]:
        """The person as a JSON object."""
        return asdict(self)


def people(attendees: Iterable[Property], organizer: Property | None) -> list[Person]:
    """Everyone an event names, each address once, the organizer last unless also an attendee."""
    found: dict[str, Person] = {}
    for one in attendees:
        person = _person(one)
        found.setdefault(person.address or f"name:{person.name}", person)
    if organizer is not None:
        caller = _person(organizer)
        same = found.setdefault(caller.address or f"name:{caller.name}", caller)
        same.is_organizer = True
        same.name = same.name or caller.name
        same.response = "accepted" if same.response == "none" else same.response
    return list(found.values())


def _person(one: Property) -> Person:
    address = _address(one)
    name = one.parameters.get("CN", "").strip().strip("'\"").strip() or None
    turned = _TURNED.fullmatch(name or "")
    if turned:
        name = f"{turned[2]} {turned[1]}"
    stated = one.parameters.get("CUTYPE", "INDIVIDUAL").upper()
    kind = _KINDS.get(stated, "person")
    if kind == "person" and address is not None and _NOBODY.fullmatch(address):
        kind = "room"
    return Person(
        address=address,
        name=None if name is not None and "@" in name else name,
        kind=kind,
        response=_ANSWERS.get(one.parameters.get("PARTSTAT", "").upper(), "none"),
        is_optional=one.parameters.get("ROLE", "").upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT"),
        is_organizer=False,
    )


def _address(one: Property) -> str | None:
    """The e-mail address: in the value, or in the parameter EMAIL where the value is an id of the calendar's own."""
    for text in (one.value, one.parameters.get("EMAIL", "")):
        plain = unquote(re.sub(r"^mailto:", "", text.strip(), flags=re.IGNORECASE)).strip().strip("<>'\"").lower()
        if _ADDRESS.fullmatch(plain):
            return plain
    return None
