"""Where Rapport keeps its files: the layout of the home folder, and nothing about what is in them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `connectors/`, `models/` and `pipelines/`."""

DAGSTER_SETTINGS = """\
# Dagster's settings for this workspace; `rapport init` wrote it and leaves your changes alone.
telemetry:
  enabled: false
nux:                        # no dialog that asks for an e-mail address
  enabled: false
event_log_storage:          # Dagster's own files, with the connections kept open
  module: pipelines.event_log
  class: OpenEventLog
concurrency:
  pools:
    default_limit: 1        # one writer: runs that write to the warehouse come one after another
    granularity: run
run_retries:
  enabled: true
  max_retries: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  max_runtime_seconds: 21600
  free_slots_after_run_end_seconds: 60
freshness:
  enabled: true
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 30
"""


@dataclass(frozen=True)
class Home:
    """The folder `RAPPORT_HOME` (default `./data`) and the places inside it that other programs rely on."""

    path: Path

    @classmethod
    def find(cls, path: Path | None = None) -> Home:
        """The home that was named, or `RAPPORT_HOME`, or `./data`."""
        return cls((path or Path(os.environ.get("RAPPORT_HOME") or "data")).expanduser().resolve())

    @property
    def inbox(self) -> Path:
        """One folder per source; exports are dropped here."""
        return self.path / "inbox"

    @property
    def config(self) -> Path:
        """The workspace's own policy files."""
        return self.path / "config"

    @property
    def published(self) -> Path:
        """What analysts and BI tools read."""
        return self.path / "published"

    @property
    def reports(self) -> Path:
        """Pages to read and print, such as the briefs of a day."""
        return self.path / "reports"

    @property
    def snapshot(self) -> Path:
        """The published DuckDB file, always the latest."""
        return self.published / "rapport.duckdb"

    def known(self, day: date) -> Path:
        """The published DuckDB file of what was known at the end of a day."""
        return self.published / "known" / f"{day}.duckdb"

    @property
    def work(self) -> Path:
        """The pipeline's own files; nobody else opens them."""
        return self.path / "work"

    @property
    def warehouse(self) -> Path:
        """The pipeline's own database."""
        return self.work / "warehouse.duckdb"

    @property
    def dagster(self) -> Path:
        """Dagster's run history and settings."""
        return self.path / "dagster"

    def exists(self) -> bool:
        """True once `create` has run here."""
        return self.inbox.is_dir() and self.work.is_dir()

    def missing(self) -> str:
        """What to say of a home that `create` has not made yet."""
        return f"{self.path} is no Rapport home yet. Run `rapport init` first."

    def create(self, sources: list[str]) -> list[Path]:
        """Make what is missing and leave the rest alone; return the paths that were made."""
        folders = [self.config, self.published, self.work, self.dagster, *(self.inbox / source for source in sources)]
        made = [folder for folder in folders if not folder.exists()]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        settings = self.dagster / "dagster.yaml"
        if not settings.exists():
            settings.write_text(DAGSTER_SETTINGS)
            made.append(settings)
        return made

    def prepare_environment(self) -> None:
        """Point Dagster and dlt at this home, with telemetry off, before either is imported or started."""
        os.environ["RAPPORT_HOME"] = str(self.path)
        os.environ["DAGSTER_HOME"] = str(self.dagster)
        os.environ["DAGSTER_DISABLE_TELEMETRY"] = "true"
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
        os.environ["DLT_DATA_DIR"] = str(self.work / "dlt")
