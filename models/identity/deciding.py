"""Follows opinions, the strongest first, and joins two clusters unless something forbids it. Who has which opinion is
said in `opinions`; what makes a company, a contact or a team member is not known here.

The strongest opinion on a pair counts. Order: people in the order in which they decided; ids that sources state; e-mail
addresses and telephones of one's own; own domains and the model together, the greatest weight first, so that a record
with the domains of two companies goes where names and people are; then the keys. What forbids a join:

- a person's "different" between any two records of the two clusters: forbids every join, also a person's later one;
- a source that holds one as the parent of the other: forbids all but a person's;
- a source with records on both sides: forbids joins by own domain and by the model (`WEAK`); a source that knows
  people by their address alone does not count, for it has as many records of a person as the person has addresses;
- an own domain that only one side has, where the model compared the two and found them unlikely to be one: forbids the
  join by the domain they share;
- own domains on both sides and none in common, unless the same people are there, or more than `cluster_cap` records
  together: forbids the model's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import polars as pl

from models.identity.clusters import Apart, Clusters, tops
from models.identity.matching import code, ensure, scratch
from models.identity.opinions import NO_CLAIMS, NO_PAIRS, STRENGTH, opinions

WEAK = ("own_domain", "model")
"""Rules too weak to put two records of one source together."""
PEOPLE = "people"
"""The field that, where it speaks for a pair, lets companies with other domains be one: people move with the domain."""
COLUMNS: Mapping[str, str] = {
    "left_key": "VARCHAR",
    "right_key": "VARCHAR",
    "verdict": "VARCHAR",
    "rule": "VARCHAR",
    "weight": "DOUBLE",
    "probability": "DOUBLE",
    "evidence": "VARCHAR",
    "guard": "VARCHAR",
    "is_open": "BOOLEAN",
    "decided_by": "VARCHAR",
    "known_at": "TIMESTAMP",
    "component": "VARCHAR",
    "print": "UBIGINT",
}
VERDICT = {
    "print": pl.UInt64,
    "verdict": pl.String,
    "guard": pl.String,
    "is_open": pl.Boolean,
    "component": pl.String,
}
_OPINIONS = """
create temp table claim as {claims};
create temp table party as
with owner as (
    select source_key, sum(hash(value)) as own from claim group by source_key
)
select
    r.source_key, r.loaded_at, hash(r.source_key, r.rank, r.is_counted, r.parent_key, r.loaded_at, o.own) as print
from record as r left join owner as o on r.source_key = o.source_key;
create temp table opinion as
select
    o.*,
    greatest(l.loaded_at, r.loaded_at, o.decided_at) as known_at,
    hash(
        o.left_key, o.right_key, o.is_same, o.rule, o.evidence, o.decided_by, o.decided_at, o.weight, o.probability,
        l.print, r.print, '{digest}'
    ) as print
from ({opinions}) as o
join party as l on o.left_key = l.source_key
join party as r on o.right_key = r.source_key;
"""
_CHANGED = """
create temp table changing as
select print, left_key, right_key from opinion as o anti join {table} as t on o.print = t.print
union all
select print, left_key, right_key from {table} as t anti join opinion as o on t.print = o.print;
create temp table touched as select left_key as source_key from changing union select right_key from changing;
create temp table apart as
select distinct component
from {table}
where left_key in (select source_key from touched) or right_key in (select source_key from touched);
create temp table again as
with wanted as (
    select print from changing
    union
    select print from {table} where component in (select component from apart)
)
select o.* from opinion as o semi join wanted as w on o.print = w.print;
delete from {table} where component in (select component from apart);
create temp table walker as
with met as (
    select left_key as source_key from again union select right_key from again
),
owner as (
    select source_key, list(value order by value) as own from claim semi join met using (source_key) group by source_key
)
select
    r.source_key, r.source_system, r.is_counted, r.parent_key, o.own, row_number() over (order by r.rank) - 1 as place
from record as r
semi join met as m on r.source_key = m.source_key
left join owner as o on r.source_key = o.source_key;
"""
_IN_ORDER = """
select
    o.print,
    l.place as "left",
    r.place as "right",
    o.is_same,
    o.rule,
    o.decided_by,
    o.rule <> 'model' or o.probability >= {merge_at} as is_strong,
    o.rule = 'own_domain' and o.weight is null and {ask_at} < 1 as is_unlikely,
    o.rule = 'model' and coalesce(list_contains(string_split(o.evidence, ', '), '{people}'), false) as is_by_people
from again as o
join walker as l on o.left_key = l.source_key
join walker as r on o.right_key = r.source_key
order by
    case {strengths} end,
    o.decided_at nulls first,
    case when o.rule in {weak} then coalesce(-o.weight, 'infinity'::double) else 0 end,
    o.left_key,
    o.right_key
"""
_INSERT = """
insert into {table} by name
select o.* exclude (is_same, decided_at), v.* exclude (print) from again as o join verdict as v on o.print = v.print
"""


@dataclass(frozen=True)
class Limits:
    """From which values on the model asks about two records and joins them, and how many it may put together."""

    ask_at: float
    merge_at: float
    cluster_cap: int

    @classmethod
    def of(cls, name: str, policy: pl.DataFrame) -> Limits:
        """The settings of `policy.identity` for companies or contacts; of team members the model says nothing."""
        (row,) = policy.to_dicts()
        return cls(float(row["ask_at"]), float(row.get(f"merge_{name}_at", 1)), int(row["cluster_cap"]))


class Opinion(NamedTuple):
    """One row of the opinions in the order of the walk, its records by their place."""

    print: int
    left: int
    right: int
    is_same: bool
    rule: str
    decided_by: str | None
    is_strong: bool
    """False for what the model is not sure enough of to join."""
    is_unlikely: bool
    """True for an own domain whose two records the model found unlikely to be one."""
    is_by_people: bool
    """True for what the model says of two companies whose people are the same."""


def decide(
    con: duckdb.DuckDBPyConnection,
    name: str,
    records: str,
    rules: Mapping[str, str],
    pairs: str = NO_PAIRS,
    claims: str = NO_CLAIMS,
) -> None:
    """Make `identity.<name>_decision` (`COLUMNS`) what it must be, starting from what it is: a row for every pair that
    a person, a rule or the model has an opinion on.

    `records`: SQL for source_key, rank, source_system, loaded_at, parent_key, `is_counted` (whether its source has one
    record for one thing) and what the other SQL reads from them, as `record`. `rules`: see `opinions`. `pairs`: the
    table of scored pairs. `claims`: SQL for source_key, value: own domains; rules may read it as `claim`. Opinions on
    unknown records are left out.

    verdict: joined (in one cluster, by this or by others), left (a person keeps them apart), refused (guard says why),
    ask (the model is not sure). `is_open`: a person's word is wanted. `component` is the most trusted of all records
    that opinions lead to from a pair: nothing outside it has a say in what becomes of the pair. So only those are
    followed again in which an opinion, or a record it is about, reads otherwise than it did (`print`).
    """
    table = f"identity.{name}_decision"
    ensure(con, table, COLUMNS)
    limits = Limits.of(name, con.sql("from policy.identity").pl())
    digest = hashlib.sha256(f"{code()} {limits!r}".encode()).hexdigest()[:16]
    with scratch(con, f"({records})"):
        told = opinions(name, rules, pairs)
        con.execute(
            _OPINIONS.format(claims=claims, opinions=told, digest=digest) + _CHANGED.format(table=table)
        ).fetchall()
        said = [Opinion._make(row) for row in con.execute(_in_order(limits)).fetchall()]
        walk = Walk(con.sql("from walker order by place").pl(), said, limits)
        guards = [walk.follow(opinion) for opinion in said]
        con.register("verdict", pl.DataFrame(walk.verdicts(said, guards), schema=VERDICT, orient="row"))
        con.execute(_INSERT.format(table=table)).fetchall()
        con.unregister("verdict")


def _in_order(limits: Limits) -> str:
    """SQL for the opinions to follow, as `Opinion`."""
    strengths = " ".join(f"when o.rule = '{rule}' then {strength}" for rule, strength in STRENGTH.items())
    return _IN_ORDER.format(
        merge_at=limits.merge_at, ask_at=limits.ask_at, people=PEOPLE, weak=WEAK, strengths=strengths
    )


class Walk:
    """The clusters as they grow, and what is told of a join that may not be."""

    def __init__(self, ordered: pl.DataFrame, said: list[Opinion], limits: Limits) -> None:
        self.limits = limits
        self.firsts = tops(ordered.height, ((opinion.left, opinion.right) for opinion in said))
        self.keys: list[str] = ordered["source_key"].to_list()
        self.sources: list[str] = ordered["source_system"].unique().sort().to_list()
        bits = {source: 1 << number for number, source in enumerate(self.sources)}
        counted = zip(ordered["source_system"], ordered["is_counted"], strict=True)
        self.clusters = Clusters(
            [bits[source] if counts else 0 for source, counts in counted], ordered["own"].to_list()
        )
        parents = ordered.select("source_key", parent="place").rename({"source_key": "parent_key"})
        found = ordered.join(parents, on="parent_key").select("place", "parent").sort("place")
        for left, right in found.iter_rows():
            if left == right or self.firsts[left] != self.firsts[right]:
                continue  # what no opinion can bring together need not be kept apart
            words = f"{self.keys[right]} is the parent of {self.keys[left]} in its source"
            self.clusters.keep_apart(Apart(left, right, False, words))

    def follow(self, opinion: Opinion) -> str | None:
        """Join the two records or keep them apart, as the opinion says; returns why not, in words."""
        left, right = self.clusters.top(opinion.left), self.clusters.top(opinion.right)
        if not opinion.is_same:
            if left == right:
                return "decisions made before put them together"
            words = f"{opinion.decided_by} said that {self.keys[opinion.left]} and {self.keys[opinion.right]} differ"
            self.clusters.keep_apart(Apart(opinion.left, opinion.right, True, words))
            return None
        if left == right or not opinion.is_strong:
            return None
        guard = self._guard(opinion, left, right)
        if guard is None:
            self.clusters.join(left, right)
        return guard

    def _guard(self, opinion: Opinion, left: int, right: int) -> str | None:
        """Why an opinion may not join two clusters, in words."""
        rule = opinion.rule
        foe = self.clusters.foe(left, right, by_person=rule == "person")
        if foe is not None:
            return foe.words
        if rule in WEAK and (shared := self.clusters.systems(left, right)):
            both = ", ".join(source for number, source in enumerate(self.sources) if shared >> number & 1)
            return f"both have a record of {both}, and a source that knows two means two"
        one, other = self.clusters.domains(left, right)
        if opinion.is_unlikely and one != other:
            return f"nothing else agrees, and {min(one ^ other)} is a domain of one of them only"
        if rule == "model":
            if one and other and not one & other and not opinion.is_by_people:
                return f"each has a domain of its own: {min(one)} and {min(other)}"
            records = self.clusters.size(left) + self.clusters.size(right)
            if records > self.limits.cluster_cap:
                return f"together they have {records} records, more than cluster_cap = {self.limits.cluster_cap}"
        return None

    def verdicts(self, said: list[Opinion], guards: list[str | None]) -> list[tuple[int, str, str | None, bool, str]]:
        """`VERDICT` of every opinion, when all have been followed."""
        together = self.clusters.tops()
        return [
            (
                opinion.print,
                *self._verdict(opinion, guard, together[opinion.left], together[opinion.right]),
                self.keys[self.firsts[opinion.left]],
            )
            for opinion, guard in zip(said, guards, strict=True)
        ]

    def _verdict(self, opinion: Opinion, guard: str | None, left: int, right: int) -> tuple[str, str | None, bool]:
        if not opinion.is_same:
            return ("refused", guard, False) if left == right else ("left", None, False)
        if left == right:
            return "joined", None, False
        foe = self.clusters.foe(left, right)
        if foe is not None:
            return "refused", guard or foe.words, False
        return ("refused", guard, True) if guard else ("ask", None, True)
