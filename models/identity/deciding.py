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

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import polars as pl

from models.identity.clusters import Apart, Clusters
from models.identity.opinions import COLUMNS, STRENGTH, of_model, of_people

WEAK = ("own_domain", "model")
"""Rules too weak to put two records of one source together."""
PEOPLE = "people"
"""The field that, where it speaks for a pair, lets companies with other domains be one: people move with the domain."""
PAIRS = {"left_key": pl.String, "right_key": pl.String, "weight": pl.Float64, "probability": pl.Float64}
DECISION = {
    "left_key": pl.String,
    "right_key": pl.String,
    "verdict": pl.String,
    "rule": pl.String,
    "weight": pl.Float64,
    "probability": pl.Float64,
    "evidence": pl.String,
    "guard": pl.String,
    "is_open": pl.Boolean,
    "decided_by": pl.String,
    "known_at": pl.Datetime("us"),
}
VERDICT = {"verdict": pl.String, "guard": pl.String, "is_open": pl.Boolean}


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
    name: str, records: pl.DataFrame, rules: list[pl.DataFrame], pairs: pl.DataFrame, frames: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """The decision on every pair that a person, a rule or the model has an opinion on; sorted by keys.

    `records`: source_key, rank, source_system, loaded_at; `own` (its own domains) and `parent_key` where there are
    such. `rules`: opinions of exact rules. `pairs`: the scored pairs, `PAIRS` and reasons, or no rows. `frames`:
    policy.identity and policy.match_decision. Opinions on unknown records are left out.

    Returns `DECISION`. verdict: joined (in one cluster, by this or by others), left (a person keeps them apart),
    refused (guard says why), ask (the model is not sure). `is_open`: a person's word is wanted.
    """
    limits = Limits.of(name, frames["policy.identity"])
    ordered = records.sort("rank").with_row_index("place")
    opinions = _in_order(
        [of_people(name, frames["policy.match_decision"]), *rules, of_model(pairs)], ordered, pairs, limits
    )
    walk = Walk(ordered, limits)
    said = list(map(Opinion._make, opinions.select(*Opinion._fields).iter_rows()))
    guards = [walk.follow(opinion) for opinion in said]
    verdicts = walk.verdicts(said, guards)
    decided = pl.concat([opinions, pl.DataFrame(verdicts, schema=VERDICT, orient="row")], how="horizontal")
    return decided.select(*DECISION).sort("left_key", "right_key")


def _in_order(said: list[pl.DataFrame], ordered: pl.DataFrame, pairs: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """The strongest opinion on each pair, in the order in which they are followed, with what the walk needs."""
    known = ordered.select("source_key", "place", "loaded_at")
    weights = pairs.select(pl.col(column).cast(kind) for column, kind in PAIRS.items())
    return (
        pl.concat([one.select(*COLUMNS) for one in said])
        .join(known, left_on="left_key", right_on="source_key")
        .rename({"place": "left", "loaded_at": "left_at"})
        .join(known, left_on="right_key", right_on="source_key")
        .rename({"place": "right", "loaded_at": "right_at"})
        .join(weights, on=["left_key", "right_key"], how="left")
        .with_columns(
            strength=pl.col("rule").replace_strict(STRENGTH, return_dtype=pl.Int64),
            is_strong=(pl.col("rule") != "model") | (pl.col("probability") >= limits.merge_at),
            is_unlikely=(pl.col("rule") == "own_domain") & pl.col("weight").is_null() & (limits.ask_at < 1),
            is_by_people=(pl.col("rule") == "model") & pl.col("evidence").str.split(", ").list.contains(PEOPLE),
            known_at=pl.max_horizontal("left_at", "right_at", "decided_at"),
        )
        .with_columns(pl.col("is_by_people").fill_null(False))
        .with_columns(
            order=pl.when(pl.col("rule").is_in(WEAK)).then(-pl.col("weight").fill_null(-inf)).otherwise(0.0),
            is_last=pl.col("rule") == "model",
        )
        .sort("strength", "decided_at", "order", "left_key", "right_key", "is_last", "rule")
        .unique(["left_key", "right_key"], keep="first", maintain_order=True)
    )


def _is_counted(ordered: pl.DataFrame) -> list[bool]:
    """Whether each record's source has one record for one thing; it has not where the address is the record's id."""
    if "addresses" not in ordered.columns:
        return [True] * ordered.height
    is_address = pl.col("addresses").list.contains(pl.col("source_record_id").str.to_lowercase())
    return ordered.select(~is_address.fill_null(False)).to_series().to_list()


class Walk:
    """The clusters as they grow, and what is told of a join that may not be."""

    def __init__(self, ordered: pl.DataFrame, limits: Limits) -> None:
        self.limits = limits
        self.keys: list[str] = ordered["source_key"].to_list()
        self.sources: list[str] = ordered["source_system"].unique().sort().to_list()
        bits = {source: 1 << number for number, source in enumerate(self.sources)}
        own = ordered["own"].to_list() if "own" in ordered.columns else [None] * ordered.height
        counted = zip(ordered["source_system"], _is_counted(ordered), strict=True)
        self.clusters = Clusters([bits[source] if counts else 0 for source, counts in counted], own)
        if "parent_key" in ordered.columns:
            parents = ordered.select("source_key", parent="place").rename({"source_key": "parent_key"})
            for left, right in ordered.join(parents, on="parent_key").select("place", "parent").iter_rows():
                if left != right:
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

    def verdicts(self, said: list[Opinion], guards: list[str | None]) -> list[tuple[str, str | None, bool]]:
        """`VERDICT` of every opinion, when all have been followed."""
        tops = self.clusters.tops()
        return [
            self._verdict(opinion, guard, tops[opinion.left], tops[opinion.right])
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
