"""The command line of the benchmarks: what to run, how large, where to put its files."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.benchmarks import demo_causes, demo_identity, identity, ingest, revenue, run, telco

BENCHMARKS = {
    "ingest": ingest.benchmark,
    "run": run.benchmark,
    "revenue": revenue.benchmark,
    "identity": identity.benchmark,
    "worlds": demo_identity.benchmark,
    "causes": demo_causes.benchmark,
    "telco": telco.benchmark,
}


def main() -> None:
    """Run the wanted benchmarks one after another and print their tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="ingest: sync of a 1 GB CSV beside DuckDB's own read_csv; run: a whole run of 200,000 companies; "
        "revenue: the movements of 200,000 companies over 60 months beside a bare query; "
        "identity: matching of public data (in the folder RAPPORT_PUBLIC_DATA) and of 1,000,000 company records; "
        "worlds: matching of demo worlds, against their truth; causes: whether what made customers of demo worlds "
        "decline leads the explanation of their health; telco: the probability model on public data.",
        epilog="Example: python -m tests.benchmarks --only ingest --size 0.1",
    )
    parser.add_argument("--only", choices=BENCHMARKS, help="one of them; all when left out")
    parser.add_argument("--size", type=float, default=1.0, help="share of the full size, such as 0.1 (default: 1)")
    parser.add_argument("--folder", type=Path, help="where to keep the files; a temporary folder when left out")
    wanted = parser.parse_args()
    limit = os.environ.get("RAPPORT_MEMORY_LIMIT", "3GB")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, DuckDB limited to {limit}", flush=True)
    for name, benchmark in BENCHMARKS.items():
        if wanted.only in (None, name):
            with tempfile.TemporaryDirectory(dir=wanted.folder, prefix=f"rapport-{name}-") as folder:
                benchmark(Path(folder), wanted.size)


if __name__ == "__main__":
    main()
