"""What an event's text says for people: the agenda without the dial-in block, and the web address of the call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from inscriptis import get_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig

from connectors.calendar.components import Property

MAX_CHARACTERS = 50_000
"""An agenda is cut at this length."""
_MARKUP = re.compile(r"<(br|p|div|span|ul|ol|li|a|b|i|u|html|body|table)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_GOOGLE_BLOCK = re.compile(r"(?<![-:~])-::~:~::~[-:~]*[ \t]*\n.*?(-::~:~::~[-:~]*|\Z)", re.DOTALL)
_TEAMS_BLOCK = re.compile(
    r"(?<!_)_{20,}[ \t]*\n.*?(Microsoft Teams|teams\.microsoft\.com|teams\.live\.com).*?(_{20,}|\Z)", re.DOTALL
)
_BLANKS = re.compile(r"[ \t]+\n|\n{3,}")
_STATED = (
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGINFORMATION",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-ZOOM-MEETING-URL",
    "CONFERENCE",
)
_HTTP = re.compile(r"https?://[^\s<>\"'\\)\]]+", re.IGNORECASE)
_CALL = re.compile(
    r"https?://("
    r"teams\.(microsoft|live)\.com/(l/meetup-join|meet)/"
    r"|([\w-]+\.)?zoom(gov)?\.(us|com)/(j|my|w|s)/"
    r"|meet\.google\.com/"
    r"|([\w-]+\.)?webex\.com/"
    r"|(global|app|www)\.gotomeeting\.com/|(meet|app)\.goto\.com/|gotomeet\.me/"
    r"|whereby\.com/|meet\.jit\.si/|([\w-]+\.)?chime\.aws/|join\.skype\.com/|meet\.lync\.com/"
    r"|([\w-]+\.)*bluejeans\.com/|meet\.starleaf\.com/|around\.co/|([\w-]+\.)?livestorm\.co/"
    r")[^\s<>\"'\\)\]]*",
    re.IGNORECASE,
)


def agenda(text: str | None) -> str | None:
    """The description as plain text, without what Google Meet and Teams write under it; None where nothing is left."""
    if text is None:
        return None
    plain = text[:MAX_CHARACTERS].replace("\r\n", "\n")
    plain = _TEAMS_BLOCK.sub("\n", _GOOGLE_BLOCK.sub("\n", plain))
    if _MARKUP.search(plain):
        # Calendars put tags into text whose line ends still count; a whole page's do not.
        plain = _laid_out(plain if "<html" in plain.lower() else plain.replace("\n", "<br>"))
    plain = _BLANKS.sub(lambda gap: "\n\n" if gap[0].count("\n") > 1 else "\n", plain)
    return plain.strip() or None


def _laid_out(html: str) -> str:
    try:
        text: str = get_text(html, ParserConfig(css=STRICT_CSS_PROFILE))
        return text
    except Exception:  # strangers' HTML may break the parser in ways it does not name
        return _TAG.sub(" ", html)


def conference_url(found: Mapping[str, Sequence[Property]]) -> str | None:
    """The web address of the call: where the calendar states it, else the first one in place, address or text."""
    for name in _STATED:
        for one in found.get(name, ()):
            address = _HTTP.search(one.value)
            if address:
                return _without_end(address[0])
    for name in ("LOCATION", "URL", "DESCRIPTION", "X-ALT-DESC"):
        for one in found.get(name, ()):
            address = _CALL.search(one.value[:MAX_CHARACTERS])
            if address:
                return _without_end(address[0])
    return None


def _without_end(address: str) -> str:
    """Without the full stop or comma of the sentence it stood in."""
    return address.rstrip(".,;:!?")
