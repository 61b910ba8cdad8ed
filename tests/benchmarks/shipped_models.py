"""Learns the models that come with Rapport anew: `python -m tests.benchmarks.shipped_models` writes their two files.

They are learned from the exports of a demo world as its sources deliver them, in which it is known who is who. Its
largest source is careful: it always names a company's city, never shortens a first name and holds no person's country,
so how often strangers agree in these cannot be counted there. What they weigh is learned from another world, in which
every source is careless (`CARELESS`). Neither is a world that a test or a benchmark judges by. The same files every
time.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import polars as pl

from models.demo.world import make_world
from models.identity.company_plan import PLAN as COMPANY
from models.identity.contact_plan import PLAN as CONTACT
from models.identity.training import HERE, known_pairs, train
from pipelines import demo
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.tables import build
from pipelines.warehouse import open_warehouse
from tests.benchmarks.demo_identity import needed
from tests.models.noisy_records import cleaned, noisy
from tests.pipelines.demo_truth import identities

SEED, COMPANIES, CARELESS_COMPANIES, MONTHS = 3, 300, 600, 12
PLANS = {"company": COMPANY, "contact": CONTACT}
CARELESS = {"company": ("place",), "contact": ("name", "country")}


def main() -> None:
    """Learn both models and write them."""
    with tempfile.TemporaryDirectory(prefix="rapport-models-") as folder:
        delivered, known = demo_records(Path(folder))
    careless = cleaned(noisy(make_world(seed=SEED, companies=CARELESS_COMPANIES, months=MONTHS), SEED))
    for kind, plan in PLANS.items():
        model = train(plan, delivered[kind], same(known[kind]))
        other = train(plan, careless[kind], known_pairs(careless[kind]))
        model["comparisons"] = [
            theirs if theirs["output_column_name"] in CARELESS[kind] else ours
            for ours, theirs in zip(model["comparisons"], other["comparisons"], strict=True)
        ]
        (HERE / f"{kind}_model.json").write_text(json.dumps(model, indent=2) + "\n")
        print(f"{kind}_model.json: learned from {delivered[kind].height:,} records")


def demo_records(folder: Path) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """The record tables of a demo world, and by kind the truth of those that can be told: source_key, no."""
    home = Home(folder)
    home.prepare_environment()
    demo.write_world(home, seed=SEED, companies=COMPANIES, months=MONTHS)
    demo.sync_all(home, lambda _: None)
    truth = identities(pl.read_parquet(home.path / "truth" / "identity.parquet"))
    told = truth.filter(~pl.col("is_undecidable"), ~pl.col("is_duplicate"))
    known = {kind: told.filter(pl.col("kind") == kind).select("source_key", "no").unique() for kind in PLANS}
    golden = known["company"].select("source_key", company_id=pl.col("no").cast(pl.String))
    wanted = needed({f"identity.{kind}_record" for kind in PLANS})
    with open_warehouse(home, "models") as con:
        build.prepare(con, home, as_of_instant(demo.LAST_DAY))
        con.register("told", golden)
        con.execute("create schema if not exists identity; create table identity.company_link as from told").fetchall()
        for table in catalogue().values():
            is_told = table.name.startswith("identity.") and not table.name.endswith("_record")
            if table.name in wanted and table.kind != "raw" and not is_told:
                build.build(con, table)
        return {kind: con.sql(f"from identity.{kind}_record order by rank").pl() for kind in PLANS}, known


def same(known: pl.DataFrame) -> pl.DataFrame:
    """left, right: pairs of records of one company or person."""
    pairs = known.join(known, on="no").filter(pl.col("source_key") < pl.col("source_key_right"))
    return pairs.select(left="source_key", right="source_key_right").sort("left", "right")


if __name__ == "__main__":
    main()
