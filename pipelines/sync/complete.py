"""Which exports are complete, by policy and by API, and which content came back; what that means is in `absent`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from models.policy.loading import PolicyError, load_policies
from pipelines.home import Home
from pipelines.rooms import resources, sources
from pipelines.sync.apis import apis
from pipelines.warehouse import Connection


@dataclass(frozen=True)
class Completeness:
    """What a sync knows of one source's complete exports.

    `resources` are those whose absences count, with whether dropped files of them are complete, not only whole pulls of
    the API. `confirmed` are the files to be believed however small, `again` the content that came back.
    """

    resources: Mapping[str, bool]
    shrink_limit: Decimal = Decimal(0)
    confirmed: Collection[str] = ()
    again: Collection[str] = ()


def completeness(home: Home, wanted: Sequence[str], confirmed: Collection[str]) -> dict[str, Completeness]:
    """Read policy and APIs of sources. Raises `PolicyError` for a name that is none, or records without a key."""
    policies = load_policies(home.config)
    return {source: _of_source(policies, source, confirmed) for source in wanted}


def _of_source(policies: Mapping[str, pl.DataFrame], source: str, confirmed: Collection[str]) -> Completeness:
    ((limit,),) = policies["sync"].select("shrink_limit").rows()
    found: dict[str, bool] = {}
    for named, resource in policies["sync_full_export"].select("source", "resource").rows():
        if named not in sources():
            raise PolicyError(f"sync.toml: no source is called {named!r}. There are: {', '.join(sources())}.")
        keys = {one.name: one.key for one in resources(named)}
        if not keys.get(resource):
            able = ", ".join(name for name, key in keys.items() if key)
            raise PolicyError(f"sync.toml: {named} has no {resource!r} whose records have a key. There are: {able}.")
        if named == source:
            found[resource] = True
    api = apis().get(source)
    return Completeness({**dict.fromkeys(api.complete if api else (), False), **found}, limit, confirmed)


def arrived_again(con: Connection, source: str, files: Mapping[str, str]) -> set[str]:
    """Content that was delivered before and came back: under a path that held something else, or as one more file.

    `files` is the inbox by path. A file that was renamed, or lies where it lay, did not come back.
    """
    before: dict[str, str] = dict(
        con.execute("select file, sha256 from meta.inbox where source = ?", [source]).fetchall()
    )
    renamed = {content for path, content in before.items() if path not in files}
    moved = {content for path, content in files.items() if before.get(path) != content}
    return (moved & _ledger(con, source)) - renamed if before else set()


def _ledger(con: Connection, source: str) -> set[str]:
    rows = con.execute("select distinct sha256 from meta.delivery where source = ?", [source]).fetchall()
    return {content for (content,) in rows}


def note_inbox(con: Connection, source: str, files: Mapping[str, str]) -> None:
    """Remember what each path of the inbox holds."""
    con.execute("delete from meta.inbox where source = ?", [source]).fetchall()
    if files:
        con.executemany("insert into meta.inbox values (?, ?, ?)", [(source, *item) for item in files.items()])
