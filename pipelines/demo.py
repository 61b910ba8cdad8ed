"""The demo: a fictional vendor's exports, put into the inbox in each system's own shape, with the truth beside them.

The world itself stands in `models/demo`, each system's way of exporting it in `connectors/<source>/demo.py`.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from models.demo.world import make_world
from models.policy.loading import named_sets
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import CONNECTORS, MODELS, sources
from pipelines.sync.ingest import Synced, sync

LAST_DAY = date(2026, 6, 30)
"""The demo's present: the last day of its history."""


def write_world(home: Home, *, seed: int, companies: int, months: int) -> None:
    """Write the exports of a world into the inbox and its truth into `truth/`; the same world is written only once.

    A home that holds another world is emptied first: the demo never mixes two.
    """
    name = f"seed {seed}, {companies} companies, {months} months\n"
    label = home.path / "world.txt"
    if label.exists() and label.read_text() == name:
        return
    if label.exists():
        for folder in (home.inbox, home.work, home.published, home.dagster, home.path / "truth"):
            shutil.rmtree(folder, ignore_errors=True)
    home.create(list(sources()))
    for own in sorted((MODELS / "demo" / "config").glob("*.toml")):
        shutil.copy(own, home.config / own.name)
    beside = ", ".join(f'"{name}"' for name in named_sets("revenue"))
    rules = (MODELS / "policy" / "revenue.toml").read_text().replace("compared = []", f"compared = [{beside}]")
    (home.config / "revenue.toml").write_text(rules)
    world = make_world(seed=seed, companies=companies, months=months, as_of=as_of_instant(LAST_DAY))
    for source in sources():
        write_exports(source, world, home.inbox / source, seed)
        declared = CONNECTORS / source / "demo.toml"
        if declared.exists():  # what the demo's workspace declares of this source
            shutil.copy(declared, home.config / f"{source}.toml")
    truth = home.path / "truth"
    truth.mkdir(exist_ok=True)
    for frame, rows in world.items():
        if frame.startswith("truth_"):
            rows.write_parquet(truth / f"{frame.removeprefix('truth_')}.parquet")
    label.write_text(name)


def write_exports(source: str, world: object, folder: Path, seed: int) -> None:
    """Write a world's exports in one source's shapes; nothing for a source that has no demo."""
    if importlib.util.find_spec(f"connectors.{source}.demo") is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    importlib.import_module(f"connectors.{source}.demo").write_exports(world, folder, seed)


def sync_all(home: Home, progress: Callable[[str], None]) -> list[Synced]:
    """Sync every source, as if everything had arrived on the morning after the last day."""
    return sync(home, list(sources()), datetime.combine(as_of_instant(LAST_DAY), datetime.min.time()), progress)
