"""Finding the company or person somebody means in the published file. What is then said of them belongs to `brief`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from pipelines.home import Home
from pipelines.warehouse import Connection, connect


class NothingFoundError(LookupError):
    """Nobody goes by that name, or several do; the text says who comes near."""


@contextmanager
def open_snapshot(home: Home, known_on: date | None = None) -> Iterator[Connection]:
    """Open the published file, or the one of what was known on a day, for reading.

    Raises `NothingFoundError` when there is none yet.
    """
    path = home.known(known_on) if known_on else home.snapshot
    if known_on and not path.exists():
        raise NothingFoundError(
            f"What was known on {known_on} is not in {path} yet: run `rapport run --as-known-on {known_on}` first."
        )
    if not path.exists():
        raise NothingFoundError(f"Nothing is published in {home.path} yet: run `rapport sync` and `rapport run` first.")
    con = connect(path, read_only=True)
    try:
        yield con
    finally:
        con.close()


def rows(con: Connection, query: str, parameters: list[Any] | dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    relation = con.execute(query, parameters)
    names = [column[0] for column in relation.description or []]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def find_subject(con: Connection, words: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The person who is meant, if one is, and the company: the one that is meant, or where that person works now.

    A person goes by e-mail address, id or name (whole or in part). Raises `NothingFoundError`, naming near ones.
    """
    if "@" in words:
        return _with_company(con, find_contact(con, words))
    people, companies = _people(con, words), _companies(con, words)
    nearest = min((row["_rank"] for row in [*people, *companies]), default=None)
    if nearest is None:
        raise NothingFoundError(_nobody(words, _near(con, words, [_COMPANY_NAMES, _PERSON_NAMES])))
    companies = [row for row in companies if row["_rank"] == nearest]
    # One record of a source may be both, a company and the person to write to there: its id means the company.
    people = [row for row in people if row["_rank"] == nearest and not (nearest == 0 and companies)]
    if len(people) + len(companies) == 1:
        (row,) = people or companies
        del row["_rank"]
        return _with_company(con, row) if people else (None, row)
    listed = [_company_line(row) for row in companies] + [_person_line(row) for row in people]
    raise NothingFoundError(_several("companies or people", words, "its id, domain or e-mail address", listed))


def _with_company(con: Connection, person: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A person and the company they work at now: who went elsewhere is told of there."""
    moved = rows(
        con,
        "select to_company_id from marts.job_change where contact_id = ? and has_left and to_company_id is not null "
        "order by changed_on desc, to_company_id limit 1",
        [person["contact_id"]],
    )
    company_id = moved[0]["to_company_id"] if moved else person["company_id"]
    return person, find_company(con, company_id) if company_id else None


def find_contact(con: Connection, address: str) -> dict[str, Any]:
    """The contact who has this e-mail address; raises `NothingFoundError`."""
    found = rows(
        con,
        "select c.* from marts.contact_360 as c join objects.contact_email as e on e.contact_id = c.contact_id "
        "where e.address = lower(trim(?)) order by c.contact_id limit 1",
        [address],
    )
    if found:
        return found[0]
    raise NothingFoundError(_nobody(address, _near(con, address, [_ADDRESSES])))


def _people(con: Connection, words: str) -> list[dict[str, Any]]:
    """The people who go by this id or name, each with how near it comes (`_rank`, 0 is the very one), nearest first."""
    query = """
        select c.*, case
            when c.contact_id = $words then 0
            when lower(c.name) = lower($words) then 1
            when starts_with(lower(c.name), lower($words)) then 2
            when contains(lower(c.name), lower($words)) then 3 end as _rank
        from marts.contact_360 as c where _rank is not null order by _rank, c.name, c.contact_id
    """
    return rows(con, query, {"words": words.strip()})


def _companies(con: Connection, words: str) -> list[dict[str, Any]]:
    """The same for companies, which also go by their domains."""
    query = """
        select c.*, case
            when c.company_id = $words or exists (select 1 from objects.company_domain as d
                where d.company_id = c.company_id and d.domain = lower($words)) then 0
            when lower(c.name) = lower($words) or lower(c.legal_name) = lower($words) then 1
            when starts_with(lower(c.name), lower($words)) then 2
            when contains(lower(c.name), lower($words)) then 3 end as _rank
        from marts.company_360 as c where _rank is not null order by _rank, c.arr desc, c.name, c.company_id
    """
    found = rows(con, query, {"words": words.strip()})
    if not found and ":" in words:
        linked = rows(con, "select company_id from identity.company_link where source_key = ?", [words.strip()])
        found = rows(con, query, {"words": linked[0]["company_id"]}) if linked else []
    return found


def find_company(con: Connection, words: str) -> dict[str, Any]:
    """The company with this id, domain or name (whole or in part); raises `NothingFoundError`, naming near ones.

    An id that once was, and a source's own record, lead to the company they belong to now.
    """
    found = _companies(con, words)
    best = [row for row in found if row["_rank"] == found[0]["_rank"]]
    if len(best) == 1:
        del best[0]["_rank"]
        return best[0]
    if best:
        raise NothingFoundError(_several("companies", words, "its id or domain", [_company_line(row) for row in best]))
    raise NothingFoundError(_nobody(words, _near(con, words, [_COMPANY_NAMES])))


_COMPANY_NAMES = "select name from marts.company_360"
_PERSON_NAMES = "select name from marts.contact_360"
_ADDRESSES = "select address as name from objects.contact_email"
_ALIKE = 0.8
"""Names less like what was typed than that (Jaro-Winkler, 1 is the same) are no help."""


def _near(con: Connection, words: str, names: list[str]) -> list[str]:
    """Up to three names, each once, that come near the words."""
    query = (
        f"select name from ({' union '.join(names)}) "
        f"where jaro_winkler_similarity(lower(name), lower($words)) >= {_ALIKE} "
        "order by jaro_winkler_similarity(lower(name), lower($words)) desc, name limit 3"
    )
    return [row["name"] for row in rows(con, query, {"words": words.strip()})]


def _nobody(words: str, near: list[str]) -> str:
    return f"Nobody goes by {words!r}." + (f" Did you mean {', '.join(near)}?" if near else "")


def _several(whom: str, words: str, key: str, lines: list[str]) -> str:
    listed = "".join(f"\n  {line}" for line in lines[:10])
    more = f"\n  and {len(lines) - 10} more" if len(lines) > 10 else ""
    return f"{len(lines)} {whom} go by {words!r}; name one by {key}:{listed}{more}"


def _company_line(row: dict[str, Any]) -> str:
    return f"{row['name']}  ({row['company_id']}, {row['domains'] or 'no domain'})"


def _person_line(row: dict[str, Any]) -> str:
    known = [row["contact_id"], row["email"] or "no address", row["company_name"]]
    return f"{row['name']}  ({', '.join(word for word in known if word)})"
