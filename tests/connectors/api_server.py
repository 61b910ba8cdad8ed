"""A loopback server that stands in a vendor's place, with faults at will, and homes to read it into.

How a vendor's answers look is the adapter's business: a function from `Ask` to `Answer` beside the connector's test.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import polars as pl

from pipelines.home import Home
from pipelines.rooms import catalogue, sources
from pipelines.sync import raw
from pipelines.sync.ingest import sync
from pipelines.sync.pull import Pulled, pull
from pipelines.tables import staging
from pipelines.warehouse import open_warehouse

Record = dict[str, Any]
OURS = ("_loaded_at", "loaded_at", "_row_id")
"""Columns that say when and from which line a row came: they differ between an API and a file."""


@dataclass(frozen=True)
class Ask:
    """One request: `query` has each parameter once (`pairs` all of them), `body` what was posted, `base` our URL."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    base: str
    pairs: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Answer:
    """What is sent back. A `body` of bytes or text goes out as it is, so that a test can write numbers its own way."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes that are sent."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


CUT = Answer(status=0)
"""A fault: half of the true answer is sent, then the connection is cut."""


class ApiServer:
    """Answers requests by an adapter. `faults` holds, for the n-th request from now (0 first), what is sent instead."""

    def __init__(self, adapter: Callable[[Ask], Answer]) -> None:
        self.adapter = adapter
        self.faults: dict[int, Answer] = {}
        self.asked: list[Ask] = []
        self.lock = threading.Lock()
        self.on_ask: Callable[[int], None] = lambda number: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, *faults: Answer, at: Iterable[int] | None = None) -> None:
        """Send these faults from the next request on, or at the given numbers of requests from now."""
        base = len(self.asked)
        numbers = list(at) if at is not None else range(len(faults))
        self.faults |= {base + number: faults[index % len(faults)] for index, number in enumerate(numbers)}

    def paths(self, start: int = 0) -> list[str]:
        """The paths that were asked, in order, from the n-th request on."""
        return [ask.path for ask in self.asked[start:]]

    @contextmanager
    def running(self) -> Iterator[ApiServer]:
        """Listen while the block runs."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def answer(self, ask: Ask) -> tuple[Answer, bool]:
        """What to send, and whether only half of it."""
        with self.lock:
            number = len(self.asked)
            self.asked.append(ask)
            self.on_ask(number)
            fault = self.faults.pop(number, None)
            if fault is not None and fault is not CUT:
                return fault, False
            return self.adapter(ask), fault is CUT


def _handler(server: ApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits for the reader's acknowledgement of its head

        def _do(self) -> None:
            url = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type", "")
            body = json.loads(sent) if "json" in kind and sent else dict(parse_qsl(sent.decode()))
            pairs = parse_qsl(url.query, keep_blank_values=True)
            ask = Ask(self.command, url.path, dict(pairs), dict(self.headers), body, server.url, pairs)
            answer, is_cut = server.answer(ask)
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content[: len(answer.content) // 2] if is_cut else answer.content)
            if is_cut:
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)

        do_GET = do_POST = do_PUT = _do

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


# --- reading it -------------------------------------------------------------------------------------------------------


@dataclass
class Reader:
    """A home that reads one source's API; `slept` holds the seconds it was told to wait, which no test sits out."""

    home: Home
    source: str
    environment: Mapping[str, str]
    slept: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def pull(self) -> list[Pulled]:
        """Read the API into the inbox."""
        return pull(self.home, [self.source], self.told.append, environment=self.environment, sleep=self.slept.append)

    def sync(self) -> list[Pulled]:
        """Read the API, then take the inbox into raw."""
        pulled = self.pull()
        sync(self.home, [self.source], None, lambda _: None)
        return pulled

    def files(self) -> list[str]:
        """The files the API gave, by their names within the inbox."""
        folder = self.home.inbox / self.source
        return sorted(path.relative_to(folder).as_posix() for path in folder.glob("api/*/*") if path.name[0] != ".")

    def records(self, resource: str) -> list[Record]:
        """Every record that is in the resource's files, in order."""
        folder = self.home.inbox / self.source / "api" / resource
        files = sorted(path for path in folder.glob("*.jsonl") if path.name[0] != ".")
        return [json.loads(line) for path in files for line in path.read_text().split("\n") if line]


def read_files(home: Home, source: str, resources: Mapping[str, Iterable[Record]]) -> None:
    """Give a home the same records as files, the way a person would drop them, and take them into raw."""
    for resource, records in resources.items():
        path = home.inbox / source / f"{resource}.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
    sync(home, [source], None, lambda _: None)


def staged(home: Home, source: str) -> dict[str, pl.DataFrame]:
    """Every staging table of a source, built now, without the columns that say whence a row came."""
    found = {}
    with open_warehouse(home, "a test") as con:
        for table in catalogue().values():
            if table.kind == "staging" and table.source == source:
                staging.build(con, table)
                rows = con.sql(f"select * from {table.name} order by source_record_id").pl()
                found[table.name] = rows.drop([column for column in OURS if column in rows.columns])
                held = f"select reason from quarantine.{source}__{table.object_name} order by all"
                found[f"{table.name} set aside"] = con.sql(held).pl()
    return found


def assert_same(one: Mapping[str, pl.DataFrame], other: Mapping[str, pl.DataFrame]) -> None:
    """Both homes have the same staging tables, row for row."""
    assert one.keys() == other.keys()
    for name, rows in one.items():
        assert rows.to_dicts() == other[name].to_dicts(), name


def new_home(path: Any) -> Home:
    """An empty home for every source."""
    home = Home(path)
    home.create(list(sources()))
    home.prepare_environment()
    give_empty_warehouse(home)
    return home


def give_empty_warehouse(home: Home) -> None:
    """Give a home that has none a warehouse that holds nothing yet: the first sync would make just that."""
    if not home.warehouse.exists():
        home.warehouse.parent.mkdir(parents=True, exist_ok=True)
        home.warehouse.write_bytes(_empty_warehouse())


@cache
def _empty_warehouse() -> bytes:
    """The warehouse of a home that holds nothing yet: making its hundreds of tables takes long, and once is enough."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with open_warehouse(home, "a test") as con:
            raw.prepare(con)
        return home.warehouse.read_bytes()
