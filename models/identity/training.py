"""How a model is learned: what an agreement weighs, from records that are known to be one or from the records alone.

The model is Splink's own format, as `Linker.misc.save_model_to_json` writes it. No pair is scored here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from models.identity.matching import (
    DuckDBAPI,
    Linker,
    Plan,
    SettingsCreator,
    comparison_settings,
    database,
    make_features,
    quiet,
    whole,
)

HERE = Path(__file__).parent
SEED = 20261122
_SAMPLED_PAIRS = 1.5e6
_FEWEST_LABELS = 50
_RAREST_DISAGREEMENT = 0.02


class ModelError(ValueError):
    """A model cannot be learned, or a stored one does not fit how records are compared now."""


def train(plan: Plan, records: pl.DataFrame, labels: pl.DataFrame | None = None) -> dict[str, Any]:
    """A model learned from record tables.

    How often different records agree is counted on random pairs of the largest source alone, for a source seldom holds
    one thing twice. How often the same agree is counted on `labels` (left, right: source keys of records known to be
    one) where there are at least fifty, else estimated by expectation maximisation within the pairs of each of the
    plan's `sure` rules; these also say how frequent true pairs are. The same for the same arguments.
    """
    with database(threads=1, record=records) as con, quiet():
        make_features(con, plan)
        con.execute(f"create or replace temp table feature as {whole(plan, 'feature')} order by source_key").fetchall()
        settings = comparison_settings(plan)
        settings = _agreement_of_strangers(con, settings)
        api = DuckDBAPI(connection=con)
        linker = Linker(api.register("feature"), SettingsCreator(**settings), log_level=None)
        linker.training.estimate_probability_two_random_records_match(list(plan.sure), recall=plan.recall)
        if labels is not None and labels.height >= _FEWEST_LABELS:
            _register_labels(con, labels)
            linker.training.estimate_m_from_pairwise_labels(  # type: ignore[no-untyped-call]
                linker.table_management.register_labels_table(api.register("label"))
            )
        else:
            for rule in plan.sure:
                linker.training.estimate_parameters_using_expectation_maximisation(rule)
        largest = con.execute("select count(*) from one_source").fetchall()[0][0]
        return _completed(plan, linker.misc.save_model_to_json(), largest)


def known_pairs(records: pl.DataFrame) -> pl.DataFrame:
    """left, right: pairs of records of which one names the other as the same by `external_id`; labels for `train`."""
    named = records.select(left="source_key", right="external_id").drop_nulls()
    return named.filter(pl.col("right").is_in(records["source_key"].implode())).sort("left")


def _agreement_of_strangers(con: duckdb.DuckDBPyConnection, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with the u of every level, from pairs within the largest source; `source` itself from all."""
    con.execute(
        "create table one_source as select * from feature where source_system = "
        "(select source_system from feature group by 1 order by count(*) desc, 1 limit 1)"
    ).fetchall()
    found: dict[str, Any] = {}
    for table, is_source in (("one_source", False), ("feature", True)):
        wanted = [c for c in settings["comparisons"] if (c["output_column_name"] == "source") is is_source]
        if wanted:
            api = DuckDBAPI(connection=con)
            linker = Linker(api.register(table), SettingsCreator(**settings | {"comparisons": wanted}), log_level=None)
            linker.training.estimate_u_using_random_sampling(
                max_pairs=_SAMPLED_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
            )
            learned = linker.misc.save_model_to_json()["comparisons"]
            found |= {comparison["output_column_name"]: comparison for comparison in learned}
    return settings | {"comparisons": [found[c["output_column_name"]] for c in settings["comparisons"]]}


def _register_labels(con: duckdb.DuckDBPyConnection, labels: pl.DataFrame) -> None:
    con.register("said", labels)
    con.execute(
        "create table label as select least(l.print, r.print) as print_l, greatest(l.print, r.print) as print_r "
        "from said as s join feature as l on s.left = l.source_key join feature as r on s.right = r.source_key "
        "order by all"
    ).fetchall()
    con.unregister("said")


def _completed(plan: Plan, model: dict[str, Any], largest: int) -> dict[str, Any]:
    """The model without what was never seen or seen too seldom to be believed.

    What was never seen is rare, not impossible: how rarely different records agree is known no better than one in as
    many pairs as were looked at. A lesser agreement never weighs more than a better one. `tf_minimum_u_value` is how
    frequent a name is that one other record of the largest source has: by it names that several have are weighed.
    """
    model.pop("linker_uid")
    for comparison, told in zip(plan.comparisons, model["comparisons"], strict=True):
        known = [level for level in told["comparison_levels"] if not level.get("is_null_level")]
        if not any(_number(level.get(name)) for level in known for name in ("m_probability", "u_probability")):
            for level in known:  # a field that no record has says nothing
                level |= {"m_probability": 1.0, "u_probability": 1.0}
        for place in reversed(range(comparison.unshared)):
            shared = _number(known[comparison.unshared].get("u_probability"))
            known[place]["u_probability"] = _number(known[place].get("u_probability")) + shared
        most = float("inf")
        for level in known:
            if level.get("tf_adjustment_column"):
                level["tf_minimum_u_value"] = 1 / largest
            same = max(_number(level.get("m_probability")), _RAREST_DISAGREEMENT)
            strangers = max(_number(level.get("u_probability")), 2 / largest**2, same / most)
            level |= {"m_probability": round(same, 10), "u_probability": round(strangers, 10)}
            most = same / strangers
    return model


def _number(learned: Any) -> float:
    """What was learned as a number; 0 for what Splink never saw, of which it leaves nothing or a word."""
    return learned if isinstance(learned, float) else 0.0


def stored_models(config: Path | None = None) -> pl.DataFrame:
    """The models to match with: object, model (JSON), source (where it stands); the workspace's own come first.

    A workspace's own model is `<object>_model.json` in its config folder.
    """
    rows = []
    for name in ("company", "contact"):
        own = config / f"{name}_model.json" if config is not None else None
        path = own if own is not None and own.is_file() else HERE / f"{name}_model.json"
        where = f"config/{path.name}" if path == own else f"the shipped {path.name}"
        rows.append({"object": name, "model": path.read_text(), "source": where})
    return pl.DataFrame(rows)


def stored(name: str, plan: Plan, models: pl.DataFrame) -> Mapping[str, Any]:
    """The model of one object out of `stored_models`. Raises ModelError when it was not learned for this plan."""
    row = models.row(by_predicate=pl.col("object") == name, named=True)
    try:
        model: dict[str, Any] = json.loads(row["model"])
    except json.JSONDecodeError as error:
        raise ModelError(f"{row['source']}: not readable as JSON ({error}). Learn it anew, or delete it.") from None
    return checked(plan, model, row["source"])


def checked(plan: Plan, model: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The model, when it was learned for this plan; else raises ModelError, which names `where` it stands."""
    told = [_conditions(comparison) for comparison in model.get("comparisons", [])]
    if told != [_conditions(comparison) for comparison in comparison_settings(plan)["comparisons"]]:
        raise ModelError(
            f"{where}: this model was learned for other comparisons than this version makes. "
            "Learn it anew, or delete the file to use the one that comes with Rapport."
        )
    return model


def _conditions(comparison: Mapping[str, Any]) -> tuple[str, ...]:
    return comparison["output_column_name"], *(level["sql_condition"] for level in comparison["comparison_levels"])
