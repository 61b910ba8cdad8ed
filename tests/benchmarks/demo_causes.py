"""How often what made a customer decline leads the explanation of its health, in demo worlds whose truth is known."""

from __future__ import annotations

from pathlib import Path

from pipelines import demo, runs
from pipelines.answers.lookup import open_snapshot
from pipelines.home import Home
from tests.pipelines.demo_causes import explained

DEFAULT = 7
"""The seed of the demo that everybody sees."""
JUDGED = (21, 22)
"""Seeds of worlds that nobody looked at when the demo's causes and the policy's weights were made."""
COMPANIES = 300
MONTHS = 36


def benchmark(folder: Path, size: float) -> None:
    """Print for each world how many declines are led by their cause, and those that are not."""
    companies = int(COMPANIES * size)
    print(f"\ncauses: demo worlds of {companies:,} companies and {MONTHS} months", flush=True)
    for seed in (DEFAULT, *JUDGED):
        home = Home(folder / f"seed-{seed}")
        home.prepare_environment()
        demo.write_world(home, seed=seed, companies=companies, months=MONTHS)
        demo.sync_all(home, lambda _: None)
        result = runs.run(home, demo.LAST_DAY, lambda _: None, lambda *_: None)
        if result.failures:
            raise RuntimeError(f"the run failed: {result.failures}")
        with open_snapshot(home) as con:
            told = explained(home, con)
        others = [row for row in told if row.leading != row.theme]
        print(f"  seed {seed:<4}{len(told) - len(others)} of {len(told)} are led by their cause", flush=True)
        for row in others:
            print(
                f"    company {row.company_no}: {row.cause} ({row.theme} {row.planted_change:+.1f}), "
                f"led by {row.leading} {row.change:+.1f}",
                flush=True,
            )
