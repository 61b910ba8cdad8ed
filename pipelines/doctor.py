"""`rapport doctor`: looks at the installation and the home folder and says what to mend."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass

from models.policy.loading import load_policies
from models.settings import SettingsError
from pipelines import declarations
from pipelines.home import Home
from pipelines.rooms import catalogue, sources
from pipelines.sync.apis import known
from pipelines.warehouse import WarehouseBusyError, WarehouseDamagedError, connect, open_warehouse, scalar

PACKAGES = ("dagster", "dlt", "duckdb", "polars", "pandera", "sqlglot")
FREE_BYTES = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and what it is or what to do."""

    is_well: bool
    what: str


def examine(home: Home) -> list[Finding]:
    """Look at Python, packages, rooms, home folder, policies, warehouse and published file."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    findings = [
        Finding(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]} (3.11 or newer is needed)"),
        Finding(True, versions),
        Finding(True, f"{len(sources())} connectors, {len(catalogue())} tables: {', '.join(sources())}"),
        *_extras(),
    ]
    if not home.exists():
        return [*findings, Finding(False, home.missing())]
    findings.append(Finding(os.access(home.path, os.W_OK), f"{home.path} can be written to"))
    free = shutil.disk_usage(home.path).free
    findings.append(Finding(free > FREE_BYTES, f"{free / (1 << 30):.1f} GiB free at {home.path} (1 GiB is needed)"))
    findings.append(_policies(home))
    findings += _apis(home)
    findings.append(_warehouse(home))
    findings.append(_snapshot(home))
    return findings


def _extras() -> list[Finding]:
    """Which tables stay empty because a package of an extra is not installed: no fault, but to be known."""
    missing = {
        table.name: [name for name in table.needs if importlib.util.find_spec(name) is None]
        for table in catalogue().values()
    }
    return [
        Finding(True, f"{table} stays empty without {' and '.join(names)}: `uv sync --extra learning` installs it")
        for table, names in missing.items()
        if names
    ]


def _policies(home: Home) -> Finding:
    try:
        load_policies(home.config)
        declarations.use(home)
    except SettingsError as error:
        return Finding(False, str(error))
    own = sorted(path.name for path in home.config.glob("*.toml"))
    return Finding(True, f"policies and declarations are readable (your own: {', '.join(own) or 'none'})")


def _apis(home: Home) -> list[Finding]:
    """Which live APIs the environment sets up; one that is set up in part is to be mended."""
    found = {source: known(home, source) for source in sources()}
    told = [
        Finding(api["is_configured"] or not api["is_meant"], f"{source} API: {api['state']}")
        for source, api in found.items()
        if api and api["is_meant"]
    ]
    idle = [source for source, api in found.items() if api and not api["is_meant"]]
    return [*told, Finding(True, f"no secrets for the APIs of: {', '.join(idle)} (files only)")] if idle else told


def _warehouse(home: Home) -> Finding:
    if not home.warehouse.exists():
        return Finding(True, "no warehouse yet: `rapport sync` makes it")
    try:
        with open_warehouse(home, "rapport doctor"):
            return Finding(True, f"the warehouse opens and holds every committed row ({home.warehouse})")
    except SettingsError:
        return Finding(False, "the warehouse was not looked at: mend the policies and declarations first")
    except (WarehouseBusyError, WarehouseDamagedError) as error:
        return Finding(False, str(error))


def _snapshot(home: Home) -> Finding:
    if not home.snapshot.exists():
        return Finding(True, "nothing is published yet: `rapport run` does it")
    con = connect(home.snapshot, read_only=True)
    try:
        as_of = scalar(con, "select as_of_on from meta.run")
    finally:
        con.close()
    return Finding(as_of is not None, f"the published file opens; it is as of {as_of} ({home.snapshot})")
