"""The sender's own words in a mail: without the text quoted from earlier mails and without the signature.

Here belongs only the cutting of text; the words by which mail programs announce a quotation, language by language,
come from the library mail-parser-reply.
"""

from __future__ import annotations

import re

from mailparser_reply.constants import MAIL_LANGUAGES
from mailparser_reply.parser import EmailMessage

_MAX_LINE = 250
_MAX_TEXT = 40_000
_SIGNATURE_LINES = 15

# What must stand in a text (in lower case) before a language's pattern is tried at all: the patterns are slow.
# Polish is left to `_ALSO`: the library's takes any single line "Data: ..." for a quoted header.
_TELLTALES = {
    "en": ("wrote:", "from:", "subject:", "original message"),
    "de": ("schrieb", "von:", "betreff:"),
    "fr": ("a écrit", "objet :", "de :", "objet\xa0:"),
    "es": ("escribió:", "de:", "asunto:"),
    "it": ("ha scritto:", "da:", "oggetto:"),
    "nl": ("schreef:", "van:", "onderwerp:"),
    "da": ("skrev", "fra:", "emne:"),
    "sv": ("skrev", "från:", "ämne:"),
    "cs": ("napsal(a):", "od:", "předmět:"),
    "ja": ("年",),
    "ko": ("년", "보낸", "제목"),
    "zh": ("写道", "发件人", "主题"),
    "david": ("processed by david",),
}
_ANNOUNCED = {
    language: EmailMessage(text="", languages=[language], include_english=False).HEADER_REGEX for language in _TELLTALES
}
_ALSO_TELLTALES = (":", "--", "réexpédié")
_ALSO = re.compile(
    r"^(?:> ?)*(?:"
    r"(?:El|Em|W dniu|Dnia|Am|Le|Den|On)\s[^\n]{8,200}\n?[^\n]{0,150}"
    r"(?:escribió|escreveu|napisał|napisała|napisał\(a\)|schrieb|a écrit|skrev|wrote)\s?:"
    r"|-{3,}\s?(?:Forwarded message|Original Message|Ursprüngliche Nachricht|Weitergeleitete Nachricht"
    r"|Message d'origine|Message transféré|Mensaje reenviado|Mensaje original|Messaggio originale"
    r"|Oorspronkelijk bericht)\s?-{3,}"
    r"|Begin forwarded message:|Anfang der weitergeleiteten Nachricht:|Début du message réexpédié"
    r")[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_BANNER = EmailMessage(text="", languages=["en", "de"]).DISCLAIMERS_REGEX


def _listed(key: str, languages: str) -> str:
    found = (MAIL_LANGUAGES[language].get(key, "") for language in languages.split())
    return "|".join(one for words in found for one in ([words] if isinstance(words, str) else words) if one)


# Danish and Swedish are left out: their one-word endings ("Tak") also begin sentences in other languages.
_SIGN_OFF = re.compile(
    rf"^(?:(?P<mark>(?:--|__|—|[-_]{{20,}})[ \t]*$)"
    rf"|(?:{_listed('sent_from', 'en de fr es it nl pl cs da sv ko zh')})(?P<device>[^\n]{{0,80}})$"
    rf"|(?:{_listed('signatures', 'en de fr es it nl pl cs ko zh')}"
    r"|Best wishes|Warm regards|Cheers|Sincerely|Many thanks|Regards|Best|MfG"
    r"|(?:Freundliche|Herzliche|Schöne|Sonnige)[nr]? Gr(?:ü|ue)(?:ß|ss)en?|Bien à vous|Med vänliga hälsningar"
    r"|Med venlig hilsen|Com os melhores cumprimentos|Atenciosamente)"
    r"(?P<rest>[^\n]*)$)",
    re.MULTILINE | re.IGNORECASE,
)
_NAME_AFTER = re.compile(r"[\s,.!–-]*(?:(?:aus|from|und|and|de|von|van)\s)?(?:[A-ZÀ-Þ][\w.'-]*[\s,]*){0,4}$")


def new_text(text: str) -> str:
    """Return what the sender wrote into this mail, "" when everything is quoted; time is bounded for any text.

    A signature is cut only where something is left before it.
    """
    long_lines: list[str] = []
    lines = [line.strip() for line in text.replace("\x00", "").split("\n")]
    for number, line in enumerate(lines):
        # No announcement or signature is that long, and some patterns take time by the square of a line's length.
        if len(line) > _MAX_LINE:
            lines[number] = f"\x00{len(long_lines)}\x00"
            long_lines.append(line)
    flat = "\n".join(lines)
    own = _answer(flat[:_MAX_TEXT])
    if len(flat) > _MAX_TEXT and own == flat[:_MAX_TEXT].strip():
        own = flat
    own = _unsigned(_unbannered(own)).strip()
    return re.sub("\x00(\\d+)\x00", lambda match: long_lines[int(match[1])], own)


def _answer(text: str) -> str:
    """Return the lines above the first announced quotation, and those written between or below lines marked `>`."""
    first = _first_announcement(text)
    if first is None:
        return _unquoted(text)
    above, below = text[: first.start()], text[first.end() :]
    if below.lstrip().startswith(">"):
        return f"{_unquoted(above)}\n\n{_answer(_unquoted(below))}".strip()
    return _unquoted(above)


def _first_announcement(text: str) -> re.Match[str] | None:
    lowered = text.lower()
    patterns = [_ANNOUNCED[language] for language, signs in _TELLTALES.items() if any(one in lowered for one in signs)]
    if any(one in lowered for one in _ALSO_TELLTALES):
        patterns.append(_ALSO)
    found = [match for pattern in patterns if (match := pattern.search(text))]
    return min(found, key=lambda match: match.start(), default=None)


def _unquoted(text: str) -> str:
    if "\n>" not in text and not text.startswith(">"):
        return text.strip()
    kept = "\n".join(line for line in text.split("\n") if not line.startswith(">"))
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def _unbannered(text: str) -> str:
    """Cut a mail server's "CAUTION: this mail comes from outside" from the top."""
    match = _BANNER.match(text)
    return text[match.end() :].lstrip(" .\n") or text if match else text


def _unsigned(text: str) -> str:
    for match in _SIGN_OFF.finditer(text):
        before = text[: match.start()].strip()
        few_lines_follow = text.count("\n", match.end()) <= _SIGNATURE_LINES
        named = match["rest"] is None or _NAME_AFTER.match(match["rest"])
        if before and (match["mark"] or (few_lines_follow and named)):
            return before
    return text
