"""What `rapport brief` says: who a customer is, how the relationship is going, and the rows behind every sentence.

The sentences are made in SQL (`marts.brief_line`, `marts.brief_source`); here they are only found, ordered and printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.answers.lookup import find_subject, open_snapshot, rows
from pipelines.home import Home
from pipelines.schemas import schema_of
from pipelines.warehouse import Connection, scalar

SECTIONS = {
    "first": "What matters most",
    "who": "Who they are",
    "touch": "In touch",
    "path": "Where they stand",
    "use": "Use",
    "needs": "What they wait for",
    "said": "What they said",
    "delivery": "Delivery",
    "money": "Money",
    "sales": "Sales",
    "health": "Health",
    "people": "People",
    "changed": "Since we last talked",
    "promised": "Promised",
    "next": "Next",
}
"""The sections of a brief in their order, with their headings."""
SPOKEN = ("who", "touch", "use", "money", "health")
"""Sections whose sentences follow each other; the other ones' stand below each other."""
NOTHING = {
    "company": "Nothing is going on with them: no customer, no open opportunity, no touch of late.",
    "contact": "Nothing is known of them that matters now: they work for no customer, and there was no touch of late.",
}
"""What is said of a company or a person where there is no sentence of theirs."""
Found = dict[str, Any]


def find(home: Home, who: str, known_on: date | None = None) -> Found:
    """Everything the brief says, as plain values: `company`, `person` (where one is meant) and the `lines` of both.

    With `known_on` from the file that `rapport run --as-known-on` published for that day.

    Raises `NothingFoundError` when nobody, or more than one, goes by `who`.
    """
    with open_snapshot(home, known_on) as con:
        person, company = find_subject(con, who)
        return about(con, person, company, [], known_on)


def about(
    con: Connection, person: Found | None, company: Found | None, people: list[Found], known_on: date | None
) -> Found:
    """What is said of a person and their company, either of which may be missing, and of further people."""
    said: dict[tuple[str, str], Found] = {}
    for name, one in _subjects(person, company, people):
        for line in _lines(con, name, one[f"{name}_id"]):
            # What was said of one of them is not said again of another.
            said.setdefault((line["section"], line["sentence"]), line)
    lines = list(said.values())
    for number, line in enumerate(lines, 1):
        line["number"] = number
    sources = [source for line in lines for source in line["sources"]]
    for name in sorted({source["object"] for source in sources}):
        wanted = [source for source in sources if source["object"] == name]
        places = _places(con, name, [source["object_id"] for source in wanted])
        for source in wanted:
            source |= places.get(source["object_id"], {})
    as_of = scalar(con, "select as_of_on from meta.run")
    return {
        "as_of": as_of,
        "as_known_on": known_on,
        "person": person,
        "company": company,
        "people": people,
        "lines": lines,
    }


def _subjects(person: Found | None, company: Found | None, people: list[Found]) -> list[tuple[str, Found]]:
    """Of whom is told, in this order."""
    told = [("contact", person), ("company", company), *(("contact", one) for one in people)]
    return [(name, one) for name, one in told if one is not None]


def _lines(con: Connection, subject_type: str, subject_id: str) -> list[Found]:
    """The lines of one subject in their order, each with its `sources`: the object and id of each row."""
    whose = "where subject_type = ? and subject_id = ?"
    found = rows(con, f"select * from marts.brief_line {whose}", [subject_type, subject_id])
    sources = rows(
        con, f"select * from marts.brief_source {whose} order by object, object_id", [subject_type, subject_id]
    )
    for line in found:
        line["sources"] = [
            {"object": source["object"], "object_id": source["object_id"]}
            for source in sources
            if (source["section"], source["place"]) == (line["section"], line["place"])
        ]
    order = list(SECTIONS)
    return sorted(found, key=lambda line: (order.index(line["section"]), line["place"]))


def _places(con: Connection, name: str, ids: list[str]) -> dict[str, Found]:
    """For rows of one object: the record of the source they come from, with file and line where they are known."""
    assert schema_of(f"objects.{name}") is not None
    found = rows(
        con,
        f"select o.{name}_id as object_id, coalesce(s.source_system, o.source_system) as source_system, "
        "coalesce(s.source_record_id, o.source_record_id) as source_record_id, s.file, s.line "
        f"from objects.{name} as o left join meta.source_row as s on s.object = ? and s.object_id = o.{name}_id "
        f"where o.{name}_id in (select unnest(?::varchar[])) "
        "order by s.loaded_at nulls first, s.file desc nulls first, s.line desc",
        [name, ids],
    )
    return {row.pop("object_id"): row for row in found}


def parts(found: Found) -> Iterator[tuple[str, str, list[tuple[str, list[Found]]]]]:
    """The brief in its parts: a name, what is said of nothing, and sections as pairs of name and lines; none empty."""
    for subject_type, subject in _subjects(found["person"], found["company"], found["people"]):
        key = (subject_type, subject[f"{subject_type}_id"])
        own = [line for line in found["lines"] if (line["subject_type"], line["subject_id"]) == key]
        sections = [(name, [line for line in own if line["section"] == name]) for name in SECTIONS]
        yield subject["name"], NOTHING[subject_type], [section for section in sections if section[1]]


def text(found: Found, *, with_sources: bool = False) -> str:
    """The brief as a colleague would say it; with numbers, and the list of what they stand for, when asked."""
    said: list[str] = []
    for name, nothing, sections in parts(found):
        said.append(f"{name}\n{'=' * len(name)}")
        said += [_section(section, lines, with_sources) for section, lines in sections]
        if not sections:
            said.append(nothing)
    known = f", as known on {day(found['as_known_on'])}" if found["as_known_on"] else ""
    said.append(f"As of {day(found['as_of'])}{known}.")
    if with_sources and found["lines"]:
        said.append("Sources\n" + "\n".join(_source_lines(found["lines"])))
    elif found["lines"]:
        said[-1] += " The rows behind every sentence: add --sources."
    return "\n\n".join(said)


def _section(name: str, lines: list[Found], with_sources: bool) -> str:
    sentences = [line["sentence"] + (f" [{line['number']}]" if with_sources else "") for line in lines]
    if name in SPOKEN:
        return f"{SECTIONS[name]}\n  {' '.join(sentences)}"
    return f"{SECTIONS[name]}\n" + "\n".join(f"  - {sentence}" for sentence in sentences)


def _source_lines(lines: list[Found]) -> Iterator[str]:
    for line in lines:
        for number, source in enumerate(line["sources"]):
            mark = f"[{line['number']}]" if number == 0 else ""
            yield f"  {mark:<5} objects.{source['object']} {source['object_id']}{place(source)}"


def place(source: Found) -> str:
    """Where a row came from: file and line where they are known, else the source's own record."""
    if source.get("file"):
        return f" ({source['source_system']}/{source['file']}" + (f":{source['line']})" if source["line"] else ")")
    return f" (record {source['source_record_id']} of {source['source_system']})" if source.get("source_system") else ""


def html(found: Found, meetings: list[Found] | None = None) -> str:
    """The brief as one page that needs nothing else: for a telephone, and for paper. `meetings` stand on top."""
    page = _page("brief.html.j2")
    return str(page.render(found=found, parts=list(parts(found)), headings=SECTIONS, spoken=SPOKEN, meetings=meetings))


def index(found: Found) -> str:
    """The page that leads to the briefs of a day."""
    return str(_page("brief_day.html.j2").render(found=found))


@cache
def _page(name: str) -> Any:
    folder = FileSystemLoader(Path(__file__).parent)
    # Every value is escaped: names and subjects are what others wrote.
    environment = Environment(
        autoescape=True, loader=folder, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"day": day, "place": place, "when": when, "weekday": lambda value: f"{value:%A}"}
    return environment.get_template(name)


def day(value: date) -> str:
    """A day as people write it."""
    return f"{value:%-d %b %Y}"


def when(meeting: Found) -> str:
    """At what time (UTC) an appointment is."""
    if meeting["is_all_day"]:
        return "all day"
    return f"{meeting['starts_at']:%H:%M}" + (f" to {meeting['ends_at']:%H:%M}" if meeting["ends_at"] else "") + " UTC"
