"""From the vendors' live APIs into the inbox: asks each endpoint and says what it brought.

dlt's `rest_api` source asks; what it brings is written to files as it came, and `ingest` takes them like any export.
How a vendor's API is to be read belongs to `connectors/<source>/api.py`, whether it is set up to `apis`, files and
cursors to `pulled`.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import dlt
from dlt.common.configuration.container import Container
from dlt.common.pipeline import StateInjectableContext, TPipelineState
from dlt.extract import DltResource, DltSource
from dlt.sources.rest_api import rest_api_resources
from requests import Response

from connectors.reading.api import Record
from connectors.reading.session import PatientSession
from pipelines.home import Home
from pipelines.sync.apis import Setup, setup, variable
from pipelines.sync.pulled import Cursors, Outbox, only_pull
from pipelines.sync.refusals import Refusal, Words, refusal

KEEP_RECORDS = 5_000
KEEP_SECONDS = 60
"""After so many records, or so long, what came in order is put into the inbox and its cursor kept."""
PRIVATE = ("token", "secret", "password", "key")
"""How the names of settings end that are secrets too, though an API can do without them."""
AGAIN = 3
"""How often an endpoint is started again because a cursor expired."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Pulled:
    """What one endpoint brought. `problem` says in one sentence why it is not all; None when it is."""

    source: str
    resource: str
    records: int
    seconds: float
    cursor: str | None
    notes: tuple[str, ...] = ()
    problem: str | None = None


def pull(
    home: Home,
    wanted: Sequence[str],
    progress: Progress = lambda _: None,
    *,
    environment: Mapping[str, str] = os.environ,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Pulled]:
    """Read the API of each wanted source whose secrets are set; what came is in the inbox afterwards.

    One endpoint that fails stops neither the others nor the other sources. Raises `WarehouseBusyError` when another
    process is reading the APIs.
    """
    found = [setup(source, environment) for source in wanted]
    ready = [one for one in found if one is not None and one.is_meant]
    done: list[Pulled] = []
    if not ready:
        return done
    with only_pull(home):
        for one in ready:
            if one.missing:
                done.append(Pulled(one.source, "", 0, 0.0, None, problem=f"not set: {', '.join(one.missing)}"))
            else:
                done += _Puller(home, one, progress, sleep).run()
    return done


@dataclass
class _Tree:
    """An endpoint with those that are asked once for each of its records; they share one cursor's fate."""

    names: tuple[str, ...]
    is_ordered: bool
    counts: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    kept_at: float = field(default_factory=time.monotonic)


class _Puller:
    """Reads one source, tree by tree."""

    def __init__(self, home: Home, setup: Setup, progress: Progress, sleep: Callable[[float], None]) -> None:
        self._setup, self._source, self._api = setup, setup.source, setup.api
        self._progress = progress
        self._started = datetime.now(UTC)
        self._cursors = Cursors.load(home, self._source)
        self._outbox = Outbox(home, self._source, self._started)
        self._sleep = sleep

    def run(self) -> list[Pulled]:
        """Read every endpoint; a key that is refused as a whole ends it at once."""
        done: list[Pulled] = []
        try:
            trees = self._trees()
        except Exception as error:
            return [Pulled(self._source, "", 0, 0.0, None, problem=refusal(error, self._setup_words).text)]
        for tree in trees:
            begun = time.monotonic()
            notes, wrong = self._read_again(tree)
            seconds = time.monotonic() - begun
            for name in tree.names:
                mine = wrong.text if wrong and name == (wrong.resource or tree.names[0]) else None
                cursor = self._cursors.value(name)
                told = tuple(notes) if name == tree.names[0] else ()
                done.append(Pulled(self._source, name, tree.counts[name], seconds, cursor, told, mine))
            if wrong and wrong.status == 401:
                break
        return done

    def _read_again(self, tree: _Tree) -> tuple[list[str], Refusal | None]:
        """Read a tree, again where a cursor expired; say what had to be done, and what stayed wrong."""
        notes: list[str] = []
        for attempt in range(1 + AGAIN):
            tree.pages = 0
            state = self._cursors.state(self._source, tree.names)
            has_cursor = bool(state["sources"][self._source]["resources"])
            try:
                self._read(tree, state)
                self._outbox.publish(self._api.complete)
                self._keep(tree, state, is_done=True)
                return notes, None
            except Exception as error:
                self._outbox.publish()  # what was got stays; the cursor does not move
                wrong = refusal(error, self._setup_words)
                is_old = wrong.may_be_expired and wrong.resource in (None, tree.names[0])
                if not is_old or attempt == AGAIN or not (tree.pages or has_cursor):
                    return notes, wrong
                if tree.pages:
                    notes.append(f"a page cursor was refused ({wrong.status}): read again from the last kept value")
                else:
                    self._cursors.forget(tree.names)
                    notes.append(f"the kept cursor was refused ({wrong.status}): read whole again")
            finally:
                self._outbox.close()
        raise AssertionError("the last attempt returns")

    def _read(self, tree: _Tree, state: dict[str, Any]) -> None:
        """Have dlt ask the tree's endpoints page by page and write each record; `state` is left as far as that came."""

        def answered(response: Response, *_: Any, **__: Any) -> None:
            """Hear of each answer to the root: all that came before it, children too, is written by now."""
            tree.pages += response.ok
            if response.ok and tree.is_ordered and self._is_worth_keeping(tree):
                self._outbox.publish()
                self._keep(tree, state)
            self._progress(f"{self._source} {tree.names[0]}: {sum(tree.counts.values()):,} records")

        resources = self._resources(tree.names, answered)
        for resource in resources:
            resource.add_map(self._writer(resource.name, tree.counts))
        with (
            _one_after_another(),
            Container().injectable_context(StateInjectableContext(state=cast(TPipelineState, state))),
        ):
            deque(DltSource(dlt.Schema(self._source), self._source, resources), maxlen=0)

    def _resources(self, names: Sequence[str], answered: Callable[..., None] | None = None) -> list[DltResource]:
        """The tree's endpoints as dlt resources; all of them when no names are given."""
        config: Any = self._api.config(self._setup.settings)
        client = config["client"]
        auth = client.get("auth")
        hosts = {urlsplit(client["base_url"]).netloc}
        session = client["session"] = PatientSession(hosts, self._api.wait, self._sleep, self._told)
        if auth is not None and "access_token_url" in auth:
            session.get_tokens_from(auth["access_token_url"])
            auth["session"] = session
        kept = [resource for resource in config["resources"] if not names or resource["name"] in names]
        for resource in kept:
            asked = resource["endpoint"]
            if answered is not None and resource["name"] == names[0]:
                asked["response_actions"] = [answered, *(asked.get("response_actions") or [])]
            if "incremental" in asked:
                # What came twice is for raw to see; a record without a cursor value is a record all the same.
                asked["incremental"] = {"primary_key": [], "on_cursor_value_missing": "include", **asked["incremental"]}
        config["resources"] = kept
        return list(rest_api_resources(config))

    def _trees(self) -> list[_Tree]:
        """The endpoints, each root with its descendants, in the order in which they are declared."""
        config: Any = self._api.config(self._setup.settings)
        ordered = {
            resource["name"]
            for resource in config["resources"]
            if resource["endpoint"].get("incremental", {}).get("row_order") == "asc"
        }
        names: dict[str, list[str]] = {}
        roots: dict[str, str] = {}
        for resource in self._resources(()):
            parent = resource._pipe.parent
            root = roots[resource.name] = roots[parent.name] if parent else resource.name
            names.setdefault(root, []).append(resource.name)
        return [_Tree(tuple(found), root in ordered) for root, found in names.items()]

    def _writer(self, name: str, counts: Counter[str]) -> Callable[[Record], Record]:
        """Write a record, as the connector wants it written, and hand it on as it came."""
        written = self._api.written.get(name, _as_it_came)

        def write(record: Record) -> Record:
            found = None if name.startswith("_") else written(record)
            for one in [found] if isinstance(found, dict) else found or ():
                self._outbox.put(name, one)
                counts[name] += 1
            return record

        return write

    def _is_worth_keeping(self, tree: _Tree) -> bool:
        is_long = time.monotonic() - tree.kept_at > KEEP_SECONDS
        return self._outbox.waiting >= KEEP_RECORDS or (is_long and self._outbox.waiting > 0)

    def _keep(self, tree: _Tree, state: Mapping[str, Any], *, is_done: bool = False) -> None:
        tree.kept_at = time.monotonic()
        facts = {"pulled_at": f"{self._started:%Y-%m-%dT%H:%M:%SZ}"} if is_done else {}
        self._cursors.keep(self._source, tree.names, state, facts)

    def _told(self, text: str) -> None:
        self._progress(f"{self._source}: {text}")

    @property
    def _setup_words(self) -> Words:
        private = [name for name in self._setup.settings if name in self._api.secrets or name.endswith(PRIVATE)]
        return Words(
            {variable(self._source, name): what for name, what in self._api.secrets.items()},
            self._api.scopes,
            tuple(self._setup.settings[name] for name in private if self._setup.settings[name]),
        )


def _as_it_came(record: Record) -> Record:
    return record


@contextmanager
def _one_after_another() -> Iterator[None]:
    """Have dlt finish the children of a page before it asks for the next one: cursors are kept between pages."""
    name = "EXTRACT__NEXT_ITEM_MODE"
    before = os.environ.get(name)
    os.environ[name] = "fifo"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
