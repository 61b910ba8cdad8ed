"""How records are compared: which pairs, field by field, how much each agreement weighs. Knows no company or person.

What is compared stands in a `Plan` (`company_plan`, `contact_plan`). The levels of agreement are found by Splink; what
a level weighs stands in a trained model of Splink's (see `training`).
"""

from __future__ import annotations

import hashlib
import logging
import math
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from splink import Linker as Linker
    from splink import SettingsCreator as SettingsCreator
    from splink.backends.duckdb import DuckDBAPI as DuckDBAPI


@dataclass(frozen=True)
class Comparison:
    """One field of a pair: levels of agreement from the best to the worst, each with its words and its condition.

    Conditions are DuckDB SQL over the columns of the features with `_l` and `_r`; `unknown` holds where nothing can be
    said. What meets no level is `otherwise`.
    """

    field: str
    unknown: str
    levels: tuple[tuple[str, str], ...]
    otherwise: str
    shown: str
    """The column of the record that a person is shown as evidence."""
    frequency: str | None = None
    """A column whose frequency in the largest source weighs the first level, in place of the average."""
    unshared: int = 0
    """How many of the first levels stand for a value that nobody else in the own source has. Within one source two
    strangers cannot agree on it, across sources they may: then as often as on the value of the next level."""


@dataclass(frozen=True)
class Plan:
    """How one kind of record is compared."""

    features: str
    """DuckDB SQL from `record`: source_key, source_system and all of a record that is compared or shown."""
    derived: str
    """SQL for more columns, out of those of `features` alone: worked out only for records that are compared."""
    comparisons: tuple[Comparison, ...]
    blocks: Mapping[str, str]
    """Name of a rule -> SQL for the list of values of which two records must share one to be compared at all."""
    sure: tuple[str, ...]
    """SQL over features `l.` and `r.` that nearly only true pairs meet, to learn from; equalities, for speed."""
    recall: float
    """The share of all true pairs that meets one of `sure`, about."""

    @property
    def digest(self) -> str:
        """One word for the whole plan and for the code that follows it: levels found by another are not used again."""
        return hashlib.sha256(f"{code()} {self!r}".encode()).hexdigest()[:16]


@cache
def code() -> str:
    """One word for how pairs are found, compared and weighed by this release of Rapport and of Splink."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    texts = [version("splink"), *(module.read_text(encoding="utf-8") for module in modules)]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


@contextmanager
def database(threads: int = 2, **tables: pl.DataFrame) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database that holds the frames as tables; what its bounded memory cannot hold waits on disk."""
    with tempfile.TemporaryDirectory(prefix="rapport-match-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": "1500MB",
            "preserve_insertion_order": False,
            "threads": threads,
            "temp_directory": folder,
        }
        with duckdb.connect(":memory:", config=config) as con:
            for name, frame in tables.items():
                con.register("arriving", frame)
                con.execute(f"create table {name} as select * from arriving").fetchall()
                con.unregister("arriving")
            yield con


@contextmanager
def scratch(con: duckdb.DuckDBPyConnection, records: str) -> Iterator[None]:
    """Within, `record` stands for table `records`; it and the temporary tables made meanwhile are gone afterwards."""
    temporary = "select table_name from duckdb_tables() where temporary"
    before = con.execute(temporary).fetchall()
    con.execute(f"create or replace temp view record as select * from {records}").fetchall()
    yield
    con.execute("drop view temp.record").fetchall()
    for (name,) in set(con.execute(temporary).fetchall()).difference(before):
        con.execute(f"drop table temp.{name}").fetchall()


def ensure(con: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    """Make `table` with `columns` (name -> type), without rows, where there is none, or one of another version."""
    told = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    con.execute(f"create table if not exists {table} ({told})").fetchall()
    there = [(row[0], row[1]) for row in con.execute(f"describe {table}").fetchall()]
    if there != list(columns.items()):  # asked of one table: the list of all columns of the warehouse is long
        con.execute(f"create or replace table {table} ({told})").fetchall()


def make_features(con: duckdb.DuckDBPyConnection, plan: Plan, cap: int = 0) -> None:
    """Temporary table `feature` from `record`: what is compared, and `print`, one number for a record as it reads now.

    Another plan or another `cap` gives other prints: what was found by them is not used again. Of a list it is taken as
    text, for DuckDB's hash of lists does not tell which of two lists a value is in.
    """
    columns = con.execute(f"select column_name, column_type from (describe {plan.features})").fetchall()
    parts = [f"array_to_string({name}, chr(29))" if kind.endswith("[]") else name for name, kind in columns]
    number = f"hash('{plan.digest} {cap}', {', '.join(parts)})"
    con.execute(f"create temp table feature as select *, {number} as print from ({plan.features})").fetchall()


def block_sql(plan: Plan, of: str) -> str:
    """SQL for print, name, id: what each record of table `of`, whose columns are features', may share with others."""
    values = " union all ".join(
        f"select print, '{rule}: ' || unnest({values}) as name from whole" for rule, values in plan.blocks.items()
    )
    return (
        f"with whole as materialized ({whole(plan, of)}) "
        f"select distinct print, name, hash(name) as id from ({values}) where name is not null"
    )


def whole(plan: Plan, of: str) -> str:
    """SQL for the rows of table `of`, whose columns are features', with what is derived from them."""
    return f"select *, {plan.derived} from {of}"


def comparison_settings(plan: Plan, model: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The plan in Splink's format, with what the model has learned where one is given."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "print",
        "probability_two_random_records_match": (model or {}).get("probability_two_random_records_match", 0.001),
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [_as_splink(comparison) for comparison in plan.comparisons],
    }


def _as_splink(comparison: Comparison) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.unknown, "label_for_charts": "not known", "is_null_level": True}
    ]
    levels += [{"sql_condition": sql, "label_for_charts": words} for words, sql in comparison.levels]
    levels += [{"sql_condition": "ELSE", "label_for_charts": comparison.otherwise}]
    if comparison.frequency:
        levels[1] |= {
            "tf_adjustment_column": comparison.frequency,
            "tf_adjustment_weight": 1.0,
            "disable_tf_exact_match_detection": True,  # else it weighs by the u of a level that compares less
        }
    return {"output_column_name": comparison.field, "comparison_levels": levels}


@contextmanager
def quiet() -> Iterator[None]:
    """Splink's advice to the person at a notebook is not for those who run a pipeline."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


def levels(plan: Plan, pairs: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
    """left_print, right_print, pattern (the levels of all comparisons, see `level_sql`) of pairs of records.

    `pairs`: left_print, right_print; as many at a time as memory holds. `features`: at least the records in them.
    """
    with database() as con, quiet():
        con.register("feature", features)
        con.register("pair", pairs)
        con.execute(f"create table compared as {whole(plan, 'feature')}").fetchall()
        con.execute(
            "create table wanted as "
            "select '0' as match_key, left_print as join_key_l, right_print as join_key_r from pair"
        ).fetchall()
        api = DuckDBAPI(connection=con)
        settings = SettingsCreator(**_numbered(comparison_settings(plan)))
        linker = Linker(api.register("compared"), settings, log_level=None)
        linker.table_management.register_blocked_pairs_for_predict(api.register("wanted"))
        scored = linker.inference.predict(warning_mode="never")
        pattern = " + ".join(
            f"round(mw_{comparison.field})::integer * {place}"
            for comparison, place in zip(plan.comparisons, _places(plan), strict=True)
        )
        found: pl.DataFrame = con.sql(
            f"select print_l as left_print, print_r as right_print, ({pattern})::integer as pattern "
            f"from {scored.physical_name}"
        ).pl()
        return found


def level_sql(plan: Plan) -> dict[str, str]:
    """SQL for the level of each field, as `<field>_level`, out of the number `pattern` that holds those of all.

    -1 stands for not known, 0 for the worst level, the highest number for the best.
    """
    return {
        comparison.field: f"cast(pattern // {place} % {len(comparison.levels) + 2} as tinyint) - 1"
        for comparison, place in zip(plan.comparisons, _places(plan), strict=True)
    }


def _places(plan: Plan) -> list[int]:
    """What a step of each field's level counts in a pattern, as do 1, 10, 100 in a decimal number."""
    sizes = [len(comparison.levels) + 2 for comparison in plan.comparisons]
    return [math.prod(sizes[:place]) for place in range(len(sizes))]


def _numbered(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings by which Splink weighs each level with its own number from 1 on: what it finds is then the level."""
    for comparison in settings["comparisons"]:
        known = comparison["comparison_levels"][1:]
        for number, level in enumerate(reversed(known), start=1):
            level |= {"m_probability": 2.0 ** (number - 20), "u_probability": 2.0**-20}
            for setting in ("tf_adjustment_column", "tf_adjustment_weight", "disable_tf_exact_match_detection"):
                level.pop(setting, None)
    return settings
