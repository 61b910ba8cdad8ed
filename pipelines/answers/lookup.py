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
    near = (
        "select distinct address from objects.contact_email "
        "order by jaro_winkler_similarity(address, lower(?)) desc limit 3"
    )
    raise NothingFoundError(_nobody(address, [row["address"] for row in rows(con, near, [address])]))


def find_company(con: Connection, words: str) -> dict[str, Any]:
    """The company with this id, domain or name (whole or in part); raises `NothingFoundError`, naming near ones.

    An id that once was, and a source's own record, lead to the company they belong to now.
    """
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
    best = [row for row in found if row["_rank"] == found[0]["_rank"]]
    if len(best) == 1:
        del best[0]["_rank"]
        return best[0]
    if best:
        listed = "".join(
            f"\n  {row['name']}  ({row['company_id']}, {row['domains'] or 'no domain'})" for row in best[:10]
        )
        raise NothingFoundError(f"{len(best)} companies go by {words!r}; name one by its id or domain:{listed}")
    near = (
        "select name from marts.company_360 order by jaro_winkler_similarity(lower(name), lower(?)) desc, name limit 3"
    )
    raise NothingFoundError(_nobody(words, [row["name"] for row in rows(con, near, [words])]))


def _nobody(words: str, near: list[str]) -> str:
    return f"Nobody goes by {words!r}." + (f" Did you mean {', '.join(near)}?" if near else "")
