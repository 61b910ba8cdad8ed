"""How people write names, streets and numbers: mistakes, habits and short forms of one text. Knows no record."""

from __future__ import annotations

import re
from random import Random

from models.demo.words import PLAIN, plain

NEIGHBOURS = {
    "a": "s", "b": "v", "c": "v", "d": "s", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o", "k": "l", "l": "k",
    "m": "n", "n": "m", "o": "p", "p": "o", "r": "t", "s": "d", "t": "r", "u": "i", "v": "b", "w": "e", "y": "t",
}  # fmt: skip
FORMS: dict[str, tuple[str, ...]] = {
    "Inc.": ("", "Inc", "Incorporated", "Corp."),
    "Ltd": ("", "Ltd.", "Limited", "LTD"),
    "GmbH": ("", "G.m.b.H.", "Gesellschaft mbH", "gmbh"),
    "SAS": ("", "S.A.S.", "S.A."),
    "B.V.": ("", "BV", "b.v."),
    "Sp. z o.o.": ("", "Sp. z oo", "Spółka z o.o."),
    "ApS": ("", "A.p.S.", "APS"),
    "AB": ("", "Aktiebolag", "AB (publ)"),
    "S.L.": ("", "SL", "Sociedad Limitada"),
    "Pte. Ltd.": ("", "Pte Ltd", "Private Limited"),
    "Pty Ltd": ("", "Pty. Limited", "Proprietary Limited"),
    "KG": ("", "K.G."),
    "plc": ("", "PLC", "P.L.C."),
}
"""Legal form: other ways of writing it, or leaving it out."""
SHORTER = (
    ("Logistics", "Log."), ("Manufacturing", "Mfg."), ("Consulting", "Cons."), ("Partners", "Ptnrs"),
    ("Insurance", "Ins."), ("Diagnostics", "Diag."), ("Transport", "Transp."), ("Systems", "Sys."),
    ("Deutschland", "Germany"), ("UK", "United Kingdom"), ("Group", "Grp"), ("Laboratories", "Labs"),
)  # fmt: skip
STREETS = (
    ("Street", "St."), ("Road", "Rd"), ("Avenue", "Av."), ("Lane", "Ln"), ("straße", "str."), ("Boulevard", "Bd"),
    ("Rue", "R."), ("Calle", "C/"), ("Avenida", "Avda."), ("ul. ", ""), ("gatan", "g."),
)  # fmt: skip
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
NICKNAMES = {
    "Olivia": "Liv", "Amelia": "Amy", "Eleanor": "Ellie", "Imogen": "Immy", "Tessa": "Tess", "Oliver": "Ollie",
    "Marcus": "Marc", "Victor": "Vic", "Wesley": "Wes", "Patrick": "Paddy", "Desmond": "Des", "Rajesh": "Raj",
    "Callum": "Cal", "Harriet": "Hattie", "Katharina": "Kathi", "Ulrike": "Ulli", "Franziska": "Franzi",
    "Birgit": "Biggi", "Matthias": "Matze", "Andreas": "Andi", "Lukas": "Luki", "Małgorzata": "Gosia",
    "Agnieszka": "Aga", "Katarzyna": "Kasia", "Grzegorz": "Grzesiek", "Wojciech": "Wojtek", "Tomasz": "Tomek",
    "Stanisław": "Staszek", "Jakub": "Kuba", "Joanna": "Asia", "Inmaculada": "Inma", "Mathieu": "Mat",
    "Benoît": "Ben", "Margaux": "Margot", "Anders": "Andy", "Ingrid": "Inga",
}  # fmt: skip


def mistyped(rng: Random, text: str, edits: int = 1) -> str:
    """`text` with so many letters doubled, dropped, swapped with the next or hit beside; the first stays."""
    for _ in range(edits):
        places = [place for place in range(1, len(text) - 1) if text[place].isalpha() and text[place + 1].isalpha()]
        if len(text) < 4 or not places:
            return text
        at = rng.choice(places)
        before, letter, after = text[:at], text[at], text[at + 1 :]
        way = rng.randrange(4)
        if way == 0:
            text = before + letter + letter + after
        elif way == 1:
            text = before + after
        elif way == 2:
            text = before + after[0] + letter + after[1:]
        else:
            text = before + NEIGHBOURS.get(letter.lower(), "e") + after
    return text


def without_accents(text: str) -> str:
    """`text` as a keyboard without accents gives it; capitals and signs stay."""
    folded = "".join(plain(letter.lower()) if not letter.isascii() else letter for letter in text)
    return folded[:1].upper() + folded[1:] if text[:1].isupper() else folded


def with_umlauts_spelled(text: str) -> str:
    """`text` with ae, oe, ue for umlauts."""
    return text.translate(UMLAUTS)


def split_form(legal_name: str) -> tuple[str, str]:
    """A registered name as what stands before the legal form, and the form ("" for none)."""
    for form in FORMS:
        if legal_name.endswith(f" {form}"):
            return legal_name.removesuffix(f" {form}"), form
    return legal_name, ""


def other_form(rng: Random, legal_name: str) -> str:
    """A registered name with its legal form written otherwise or left out."""
    stem, form = split_form(legal_name)
    return f"{stem} {rng.choice(FORMS[form])}".strip() if form else legal_name


def other_company_name(rng: Random, name: str, legal_name: str) -> str:
    """A company's name as somebody else writes it; whoever knows the company still knows which one is meant."""
    ways = {"typo": 5, "typos": 2, "form": 6, "capitals": 2, "plain": 2, "and": 3, "short": 3, "trade": 2}
    way = rng.choices(tuple(ways), tuple(ways.values()))[0]
    if way == "typo":
        return mistyped(rng, name)
    if way == "typos":
        return mistyped(rng, name, 2)
    if way == "capitals":
        return other_form(rng, legal_name).upper()
    if way == "plain":
        return rng.choice((without_accents, with_umlauts_spelled))(name)
    if way == "and" and re.search(r" (&|and|und) ", name):
        return name.replace(" & ", " and ") if " & " in name else name.replace(" and ", " & ")
    if way == "short":
        for long, short in SHORTER:
            if re.search(rf"\b{long}\b", name):
                return re.sub(rf"\b{long}\b", short, name)
    if way == "trade" and len(name.split()) == 2 and len(name.split()[0]) > 6:
        return name.split()[0]
    return other_form(rng, legal_name)


def initials_of(name: str) -> str:
    """Amberbridge Logistics -> AL: what nobody can trace back."""
    words = re.findall(r"[^\W\d_]+", name.translate(PLAIN))
    return "".join(word[0] for word in words).upper() if len(words) > 1 else name[:2].upper()


def other_street(address: str) -> str:
    """A street written shorter."""
    for long, short in STREETS:
        if long in address:
            return address.replace(long, short)
    return address


def other_phone(rng: Random, phone: str) -> str:
    """The same telephone number, written otherwise."""
    bare = re.sub(r"[^\d+]", "", phone)
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    ways = (bare, bare.replace("+", "00"), f"{bare[:3]} {bare[3:]}", f"{bare[:3]}.{bare[3:6]}.{bare[6:]}")
    return rng.choice([*ways, f"{bare[:3]} ({bare[3:5]}) {bare[5:]}"])


def other_person_name(rng: Random, first: str, last: str, family_names: tuple[str, ...]) -> tuple[str, str]:
    """First and last name of a person as some other system has them."""
    ways = {"nickname": 4, "initial": 3, "swapped": 2, "double": 2, "plain": 4, "capitals": 2, "typo": 4, "same": 3}
    way = rng.choices(tuple(ways), tuple(ways.values()))[0]
    if way == "nickname" and first in NICKNAMES:
        return NICKNAMES[first], last
    if way == "initial":
        return f"{first[0]}.", last
    if way == "swapped":
        return last, first
    if way == "double":
        return first, f"{last}-{rng.choice(family_names)}"
    if way in ("plain", "nickname"):
        return without_accents(first), rng.choice((without_accents, with_umlauts_spelled))(last)
    if way == "capitals":
        return first, last.upper()
    if way == "typo":
        return (first, mistyped(rng, last)) if rng.random() < 0.6 else (mistyped(rng, first), last)
    return first, last
