"""The European Central Bank's reference rates: which columns its history has; no mapping, no reading of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

# fmt: off
CURRENCIES = (
    "usd", "jpy", "bgn", "cyp", "czk", "dkk", "eek", "gbp", "huf", "ltl", "lvl",
    "mtl", "pln", "rol", "ron", "sek", "sit", "skk", "chf", "isk", "nok", "hrk",
    "rub", "trl", "try", "aud", "brl", "cad", "cny", "hkd", "idr", "ils", "inr",
    "krw", "mxn", "myr", "nzd", "php", "sgd", "thb", "zar",
)
# fmt: on
"""Every currency the bank has ever quoted, each a column of the history; one that is not quoted on a day says N/A."""

TRUST = 60
"""Rank among the sources when two disagree; lower is believed first."""

RESOURCES = (
    Resource(
        name="rates",
        columns=("date", *CURRENCIES),
        key=("date",),
        required=("date", "usd"),
        labels={"Date": "date"},
        files=("*eurofxref*", "*rates*"),
    ),
)


@dlt.source(name="fx")
def fx(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """Land the daily rates: one row per day, units of each currency for one euro."""
    yield from land(RESOURCES, exports, scratch)
