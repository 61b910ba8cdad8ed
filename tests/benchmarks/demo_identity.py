"""How well companies and people are matched in demo worlds, whose truth is known; public data sets are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.policy.loading import load_policies
from pipelines import demo
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.tables import build
from pipelines.warehouse import Connection, open_warehouse
from tests.pipelines.demo_truth import Score, graded, score, wrongly_merged

TUNED = (3, 5, 101, 102, 103, 104)
"""Seeds of the worlds that were looked at when the model was made."""
JUDGED = (105, 106)
"""Seeds of the worlds that only judge it."""
COMPANIES = 1_500
MONTHS = 12
KINDS = ("company", "contact")


@dataclass(frozen=True)
class Graded:
    """One kind of record in one world, matched by exact rules alone or by the model too.

    `decidable` leaves out the records that nobody could tell whose they are; `merged` counts pairs that look alike, are
    not the same, and were put together; `asked` the pairs of companies or people put before a person.
    """

    seed: int
    kind: str
    is_by_model: bool
    records: int
    all: Score
    decidable: Score
    merged: int
    asked: int


def benchmark(folder: Path, size: float) -> None:
    """Print a line per judged world, kind of record, and way of matching."""
    print(f"\nidentity: demo worlds of {int(COMPANIES * size):,} companies", flush=True)
    for seed in JUDGED:
        for row in demo_scores(folder, int(COMPANIES * size), seed):
            print(f"  {line(row)}", flush=True)


def line(row: Graded) -> str:
    """One result in words and figures."""
    way = "rules and model" if row.is_by_model else "rules alone"
    return (
        f"seed {row.seed}  {row.kind:<8}{way:<16}{row.records:>7,} records  precision {row.all.precision:.4f}  "
        f"recall {row.all.recall:.4f} ({row.decidable.recall:.4f} of what can be told)  "
        f"{row.merged} look-alikes merged  {row.asked} asked"
    )


def demo_scores(folder: Path, companies: int, seed: int) -> list[Graded]:
    """Make a world in `folder`, match its records without and with the model, and compare with its truth."""
    home = Home(folder / f"seed-{seed}")
    home.prepare_environment()
    demo.write_world(home, seed=seed, companies=companies, months=MONTHS)
    demo.sync_all(home, lambda _: None)
    found = []
    for is_by_model in (False, True):
        match(home, is_by_model=is_by_model)
        with open_warehouse(home, "benchmark") as con:
            found += [grade(con, home, seed, kind, is_by_model=is_by_model) for kind in KINDS]
    return found


def match(home: Home, *, is_by_model: bool) -> None:
    """Build the identity tables and what they read, nothing else; without the model no pair is likely enough for it."""
    own = home.config / "identity.toml"
    own.unlink(missing_ok=True)
    if not is_by_model:
        (settings,) = load_policies(home.config)["identity"].to_dicts()
        settings |= dict.fromkeys(("merge_company_at", "merge_contact_at", "ask_at"), '"1"')
        own.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    wanted = needed({f"identity.{kind}_link" for kind in KINDS})
    with open_warehouse(home, "benchmark") as con:
        build.prepare(con, home, as_of_instant(demo.LAST_DAY))
        for table in catalogue().values():
            if table.name in wanted and table.kind != "raw":
                build.build(con, table)
    own.unlink(missing_ok=True)


def needed(names: set[str]) -> set[str]:
    """These tables and everything they are made from."""
    tables = catalogue()
    found: set[str] = set()
    while names - found:
        found |= names
        names = {read for name in found if name in tables for read in tables[name].reads}
    return found


def grade(con: Connection, home: Home, seed: int, kind: str, *, is_by_model: bool) -> Graded:
    """What was matched in a warehouse against the truth that stands beside it."""
    truth = pl.read_parquet(home.path / "truth" / "identity.parquet")
    distinct = pl.read_parquet(home.path / "truth" / "distinct.parquet").filter(pl.col("kind") == kind).drop("kind")
    links = con.sql(f"select source_key, {kind}_id as golden from identity.{kind}_link").pl()
    records = graded(truth, links, kind)
    ((asked,),) = con.sql(
        f"select count(distinct least(l.{kind}_id, r.{kind}_id) || ' ' || greatest(l.{kind}_id, r.{kind}_id)) "
        f"from identity.{kind}_decision as d join identity.{kind}_link as l on d.left_key = l.source_key "
        f"join identity.{kind}_link as r on d.right_key = r.source_key where d.is_open"
    ).fetchall()
    decidable = score(records.filter(~pl.col("is_undecidable")))
    merged = len(wrongly_merged(records, distinct))
    return Graded(seed, kind, is_by_model, records.height, score(records), decidable, merged, int(asked))
