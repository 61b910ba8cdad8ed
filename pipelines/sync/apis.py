"""Which live APIs there are, and how the environment sets each of them up; reading them belongs to `pull`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from connectors.reading.api import Api
from pipelines.home import Home
from pipelines.rooms import CONNECTORS, sources
from pipelines.sync.pulled import Cursors


@dataclass(frozen=True)
class Setup:
    """A source's API: its settings as found in the environment, and the names of those that are missing there."""

    source: str
    api: Api
    settings: Mapping[str, str]
    missing: tuple[str, ...]

    @property
    def is_meant(self) -> bool:
        """True when any of its secrets is set, so that somebody wants it to be read."""
        return any(name in self.settings for name in self.api.secrets)


@cache
def apis() -> dict[str, Api]:
    """Every connector's API by the connector's name."""
    found = [name for name in sources() if (CONNECTORS / name / "api.py").exists()]
    return {name: importlib.import_module(f"connectors.{name}.api").API for name in found}


def variable(source: str, name: str) -> str:
    """The environment variable of a setting: dlt's name for it."""
    return f"SOURCES__{source}__{name}".upper()


def setup(source: str, environment: Mapping[str, str]) -> Setup | None:
    """The source's API as the environment sets it up; None when the source has none."""
    api = apis().get(source)
    if api is None:
        return None
    settings = {name: default for name, default in api.settings.items() if default is not None}
    for name in (*api.secrets, *api.settings):
        value = environment.get(variable(source, name), "").strip()
        if value:
            settings[name] = value
    missing = tuple(variable(source, name) for name in (*api.secrets, *api.settings) if name not in settings)
    return Setup(source, api, settings, missing)


def known(home: Home, source: str, environment: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """For people: whether the source's API is set up, and how far each resource was read; None when it has no API."""
    found = setup(source, environment)
    if found is None:
        return None
    state = "set up" if not found.missing else f"not set: {', '.join(found.missing)}"
    cursors = Cursors.load(home, source)
    return {
        "is_meant": found.is_meant,
        "is_configured": not found.missing,
        "state": state,
        "resources": {
            name: {"pulled_at": kept.get("pulled_at"), "cursor": cursors.value(name)}
            for name, kept in cursors.kept.items()
        },
    }
