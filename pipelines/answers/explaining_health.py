"""What a customer's health of a day is made of, and what changed it since another, from the published file.

How health is computed belongs to `models/intermediate`: of the days asked for, the same models are made anew beside the
published file. The words are in `health_in_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.answers.beside import Beside, beside
from pipelines.answers.lookup import NothingFoundError, find_company, open_snapshot, rows
from pipelines.home import Home
from pipelines.warehouse import Connection, scalar

Found = dict[str, Any]
BACK = 30
"""Days to compare with where no day is named."""
_DAYS = "select min(day_on) as first_on, max(day_on) as last_on, max(profile) as profile from marts.health_day"
_BACKTEST = "select words from marts.health_backtest where segment = '(all)' order by horizon_days desc limit 1"
_EVIDENCE = """
    with told as (
        select object, object_id, arg_min(title, (happened_at, kind)) as title
        from marts.timeline where company_id = $company
        group by object, object_id
    )
    select e.factor, e.object, e.object_id, e.happened_at, e.is_against, coalesce(t.title, c.name, u.name) as title,
        'inbox/' || s.source_system || '/' || s.file || ':' || s.line as place
    from marts.health_evidence as e
    left join told as t on t.object = e.object and t.object_id = e.object_id
    left join objects.contact as c on e.object = 'contact' and c.contact_id = e.object_id
    left join objects.product_user as u on e.object = 'product_user' and u.product_user_id = e.object_id
    left join meta.source_row as s on s.object = e.object and s.object_id = e.object_id
    where e.company_id = $company
    order by e.factor, e.is_against desc, e.happened_at desc nulls last, e.object, e.object_id
"""


def find(home: Home, who: str, from_on: date | None = None, to_on: date | None = None) -> Found:
    """What is told, as plain values.

    Returns company_id, name, as_of, last_on (the last day scored: before as_of where they are no customer any more),
    from_on, to_on, days (rows of marts.health_day of the two days, None where nothing was known), signs (rows of
    marts.health_factor for `to_on` with their words and, of the as-of day, the rows behind each), change (the part of
    each sign that had one), themes (their sums), bands (rows of marts.band_change), backtest (how well scores told
    losses until now, in words; None where none was tried), problems (sentences; none where every sum comes to the score
    and to what is published). Without `to_on` the last scored day is told, without
    `from_on` the change over 30 days. Raises `NothingFoundError` when nobody, or more than one, goes by `who`, or
    nothing is known of them as a customer on that day.
    """
    with open_snapshot(home) as con:
        company = find_company(con, who)
        key = {"company": company["company_id"]}
        known = rows(con, f"{_DAYS} where company_id = $company", key)[0]
        if known["last_on"] is None:
            raise NothingFoundError(f"{company['name']} was no customer on any day that is scored, so has no health.")
        to_on = to_on or known["last_on"]
        from_on = from_on or to_on - timedelta(days=BACK)
        as_of = scalar(con, "select as_of_on from meta.run")
        if not from_on < to_on <= as_of:
            raise NothingFoundError(
                f"A change runs from one day to a later one, up to {as_of}; asked for was {from_on} to {to_on}."
            )
        shares = {row["factor"]: row["is_share"] for row in rows(con, "from policy.health_words")}
        evidence = rows(con, _EVIDENCE, key) if to_on == as_of else []
        for row in evidence:
            row |= _record(con, row["object"], row["object_id"])
        published = rows(con, "from marts.health_factor where company_id = $company", key)
        bands = rows(con, "from marts.band_change where company_id = $company order by changed_on", key)
        told = rows(con, _BACKTEST)
        spells = con.sql("from marts.health_sign where company_id = $company", params=key).pl()
    made = _made(home, company["company_id"], known["profile"], spells, from_on, to_on)
    if made["days"][1] is None:
        raise NothingFoundError(f"Nothing is known of {company['name']} as a customer on {to_on}.")
    for sign in made["signs"]:
        sign["is_share"] = shares[sign["factor"]]
        sign["rows"] = [row for row in evidence if row["factor"] == sign["factor"]]
    found = {"company_id": company["company_id"], "name": company["name"], "as_of": as_of, "last_on": known["last_on"]}
    found |= {"from_on": from_on, "to_on": to_on, **made, "bands": bands}
    found["backtest"] = told[0]["words"] if told else None
    return found | {"problems": problems(found, published if to_on == as_of else None)}


def _record(con: Connection, kind: str, object_id: str) -> Found:
    """The record a row comes from: source_system and source_record_id."""
    query = f'select source_system, source_record_id from objects."{kind}" where "{kind}_id" = ?'
    return rows(con, query, [object_id])[0]


def _made(home: Home, company: str, profile: str, spells: pl.DataFrame, from_on: date, to_on: date) -> Found:
    """Both days as the models make them of the customer's signs."""
    ends = {"company_id": [company] * 2, "day_on": [from_on, to_on], "is_month_end": [False] * 2}
    step = {"company_id": [company], "span": ["asked"], "from_on": [from_on], "to_on": [to_on]}
    given = {
        "intermediate.sign_spell": spells,
        "intermediate.scored_day": pl.DataFrame(ends | {"profile": [profile] * 2}),
        "intermediate.health_step": pl.DataFrame(step),
        "meta.run": pl.DataFrame({"as_of_on": [to_on]}),
    }
    with beside(home.snapshot, given) as made:
        for table in ("marts.health_day", "marts.health_factor", "intermediate.health_part"):
            made.make(table)
        signs = rows(made.con, "from marts.health_factor order by points_lost desc nulls last, factor")
        parts = rows(made.con, _PARTS)
        return {"days": [_day(made, day) for day in (from_on, to_on)], "signs": signs, "change": parts} | {
            "themes": _themes(parts)
        }


_PARTS = """
    select p.*, f.theme
    from intermediate.health_part as p
    join policy.health_factors as f on f.factor = p.factor
    where p.change <> 0 or p.points_before is distinct from p.points_after
    order by p.change, p.factor
"""


def _day(made: Beside, day: date) -> Found | None:
    found = rows(made.con, "from marts.health_day where day_on = ? and factor_count > 0", [day])
    return found[0] if found else None


def _themes(parts: list[Found]) -> list[Found]:
    """The parts summed by theme, what cost most first."""
    summed: dict[str, Decimal] = {}
    for part in parts:
        if part["change"] is not None:
            summed[part["theme"]] = summed.get(part["theme"], Decimal(0)) + part["change"]
    return [{"theme": theme, "change": change} for theme, change in sorted(summed.items(), key=lambda one: one[::-1])]


def problems(found: Mapping[str, Any], published: list[Found] | None) -> list[str]:
    """Sentences on whatever does not come to the score, to its change or to what is published."""
    said = []
    before, now = found["days"]
    summed = sum((sign["contribution"] or Decimal(0) for sign in found["signs"]), Decimal(0))
    if now["score"] is not None and summed != now["score"]:
        said.append(f"The signs come to {summed:,.4f}, not to the score {now['score']:,.2f}.")
    if before is not None and None not in (before["score"], now["score"]):
        moved = sum((part["change"] for part in found["change"]), Decimal(0))
        if moved != now["score"] - before["score"]:
            said.append(f"The parts of the change come to {moved:,.4f}, not to {now['score'] - before['score']:,.2f}.")
    if published is not None:
        columns = ("factor", "raw_value", "points", "weight", "contribution")
        mine, theirs = ({tuple(row[name] for name in columns) for row in side} for side in (found["signs"], published))
        said += [f"marts.health_factor says otherwise of {factor}." for factor, *_ in sorted(mine ^ theirs)]
    return said
