"""Kills `rapport sync && rapport run` at random moments, runs it again, and compares what is published, byte for byte.

`python -m tests.pipelines.kill_harness --kills 50` does it at will; `test_kill.py` does a few in every test run.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from connectors.fx.demo import HISTORY
from pipelines.answers.lookup import open_snapshot
from pipelines.home import ROOT, Home
from pipelines.rooms import sources
from tests.pipelines import small_world

KILLS_PER_HOME = 5
"""Kills in one home before it may finish: later ones strike what earlier ones left."""
STUCK_SECONDS = 300
"""A clean run that takes longer than this has got stuck."""
COMMAND = (
    f"{sys.executable} -m pipelines.cli sync --delivered-at {small_world.DELIVERED_AT:%Y-%m-%dT%H:%M:%S} "
    f"&& {sys.executable} -m pipelines.cli run --as-of {small_world.LAST_DAY}"
)


def make_home(path: Path) -> Home:
    """A home with the small world in its inbox."""
    home = Home(path)
    home.create(list(sources()))
    for name, text in small_world.files().items():
        file = home.inbox / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copyfile(HISTORY, home.inbox / "fx" / HISTORY.name)
    return home


def start(home: Home) -> subprocess.Popen[bytes]:
    """Start a sync and a run in a process group of their own."""
    environment = {**os.environ, "RAPPORT_HOME": str(home.path)}
    return subprocess.Popen(
        COMMAND,
        shell=True,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(home: Home) -> float:
    """Sync and run to the end; the seconds it took. Raises RuntimeError with what it said when it failed."""
    began = time.monotonic()
    process = start(home)
    try:
        _, said = process.communicate(timeout=STUCK_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise RuntimeError(f"sync and run were not done after {STUCK_SECONDS} s") from None
    if process.returncode != 0:
        raise RuntimeError(f"sync and run ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    return time.monotonic() - began


def kill_at(home: Home, seconds: float) -> bool:
    """Start and kill everything after some seconds; False when it had ended before."""
    process = start(home)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def published(home: Home) -> dict[str, str]:
    """A hash of every published table, exported as text in order, and of every Parquet file as it is."""
    folder = home.published / "parquet"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.parquet")}
    with open_snapshot(home) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = current_database() order by 1"
        ).fetchall()
        texts = {name: repr(con.execute(f"select * from {name} order by all").fetchall()).encode() for (name,) in names}
    return {name: hashlib.sha256(content).hexdigest() for name, content in {**texts, **files}.items()}


def main() -> int:
    """Do as many kills as asked for; exit code 1 when one left a trace."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Example: python -m tests.pipelines.kill_harness --kills 50"
    )
    parser.add_argument("--kills", type=int, default=50, help="how many times to kill")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other moments")
    wanted = parser.parse_args()
    rng = random.Random(wanted.seed)
    with tempfile.TemporaryDirectory() as folder:
        whole = make_home(Path(folder) / "whole")
        seconds = finish(whole)
        truth = published(whole)
        shutil.rmtree(whole.path)
        killed = differing = stuck = number = 0
        while killed < wanted.kills:
            home = make_home(Path(folder) / str(number))
            number += 1
            moments = [rng.uniform(0.5, seconds) for _ in range(KILLS_PER_HOME)]
            killed += sum([kill_at(home, moment) for moment in moments])
            try:
                finish(home)
                differing += published(home) != truth
            except RuntimeError as error:
                stuck += 1
                print(f"home {number}: {error}", flush=True)
            shutil.rmtree(home.path)
            told = ", ".join(f"{moment:.1f}" for moment in moments)
            print(f"home {number}: killed after {told} of {seconds:.1f} s; {killed} kills so far", flush=True)
    print(f"{killed} kills, {len(truth)} tables and files compared: {differing} differ, {stuck} stuck")
    return 1 if differing or stuck else 0


if __name__ == "__main__":
    sys.exit(main())
