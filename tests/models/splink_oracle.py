"""Weights as Splink alone gives them: every pair of records, scored by `Linker.inference.predict` with the model."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import polars as pl

from models.identity.matching import DuckDBAPI, Linker, Plan, SettingsCreator, database, make_features, quiet, whole


def splink_scores(plan: Plan, model: Mapping[str, Any], records: pl.DataFrame) -> pl.DataFrame:
    """left_key, right_key, weight of all pairs that share anything at all with weight above 0; few records, please."""
    rules = " or ".join(f"list_has_any({sided(plan, 'l', of)}, {sided(plan, 'r', of)})" for of in plan.blocks)
    settings = {**deepcopy(dict(model)), "blocking_rules_to_generate_predictions": [{"blocking_rule": rules}]}
    settings.pop("sql_dialect")
    name = model["comparisons"][0]["comparison_levels"][1]
    with database(record=records) as con, quiet():
        make_features(con, plan)
        con.execute(f"create or replace temp table feature as {whole(plan, 'feature')}").fetchall()
        for rule, values in plan.blocks.items():
            con.execute(f"alter table feature add column block_{rule} varchar[]").fetchall()
            con.execute(f"update feature set block_{rule} = {values}").fetchall()
        con.execute(
            "create table often as select clean_name, "
            f"{name['u_probability']} + (max(n) - 1) * {name['tf_minimum_u_value']} as tf_clean_name from "
            "(select clean_name, source_system, count(*) as n from record where clean_name is not null group by all) "
            "group by clean_name"
        ).fetchall()
        for comparison in settings["comparisons"]:
            comparison["comparison_levels"][1].pop("tf_minimum_u_value", None)
        api = DuckDBAPI(connection=con)
        linker = Linker(api.register("feature"), SettingsCreator(**settings), log_level=None)
        linker.table_management.register_term_frequency_lookup(api.register("often"), "clean_name")
        scored = linker.inference.predict(warning_mode="never")
        return con.sql(
            "select least(l.source_key, r.source_key) as left_key, greatest(l.source_key, r.source_key) as right_key, "
            f"match_weight as weight from {scored.physical_name} as p join feature as l on p.print_l = l.print "
            "join feature as r on p.print_r = r.print where match_weight > 0"
        ).pl()


def sided(plan: Plan, side: str, rule: str) -> str:
    """The list of a rule's values on one side."""
    return f"{side}.block_{rule}"
