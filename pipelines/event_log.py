"""Dagster's own event log in SQLite, with its connections kept open: a run of many tables writes thousands of events.

Dagster's class opens and closes a connection for each of them. The files are the same, so either can read what the
other wrote. What is in the events belongs to Dagster.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

KEPT_OPEN = 8
"""Databases: there is one for each run and one for all, and the UI may look at many runs."""


class OpenEventLog(SqliteEventLogStorage):
    """The event log where Dagster keeps it by default, under `$DAGSTER_HOME`."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """There is nothing to set."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> OpenEventLog:
        """Made by Dagster from `dagster.yaml`."""
        return cls(inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.pop(shard, None) or self._open(shard)
            self._engines[shard] = engine
            if len(self._engines) > KEPT_OPEN:
                self._engines.pop(next(iter(self._engines))).dispose()
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _open(self, shard: str) -> Engine:
        engine = create_engine(
            create_db_conn_string(self._base_dir, shard),
            poolclass=QueuePool,
            pool_size=1,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )

        @event.listens_for(engine, "connect")
        def _settle(connection: Any, _: Any) -> None:
            """A killed process loses nothing; a power cut may lose the last events of a run, never its tables."""
            connection.execute("pragma synchronous = normal")

        return engine

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()
