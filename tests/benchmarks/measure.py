"""Runs one job in a process of its own and tells its seconds and peak memory; what a job does stands elsewhere."""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Measured:
    """What a job gave back, the seconds it took without starting Python, its peak memory in MB, the load around it."""

    result: Any
    seconds: float
    peak_mb: float
    load: float


def measure(job: str, *arguments: object) -> Measured:
    """Run `module:function` with text arguments in a new process; its result must be plain JSON values."""
    command = [sys.executable, "-m", "tests.benchmarks.measure", job, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """The new process: import first, then take the time."""
    module, function = sys.argv[1].split(":")
    job = getattr(importlib.import_module(module), function)
    started = time.monotonic()
    result = job(*sys.argv[2:])
    seconds = time.monotonic() - started
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps(Measured(result, seconds, peak, os.getloadavg()[0]).__dict__))


if __name__ == "__main__":
    main()
