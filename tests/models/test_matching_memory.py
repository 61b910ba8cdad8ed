"""What is remembered gives what all anew gives; models are learned repeatably, and only fitting ones are used."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from models.identity import company_comparison, company_pair, comparing, contact_pair, matching, weighing
from models.identity.company_plan import PLAN as COMPANY
from models.identity.matching import Plan, levels
from models.identity.training import ModelError, known_pairs, stored, stored_models, train
from models.policy.loading import load_policies
from tests.models.matching_cases import (
    MODEL,
    MODELS,
    PLANS,
    POLICY,
    cleaned,
    company,
    compared,
    matched,
    noisy_records,
    rows_of,
    warehouse,
    weighed,
)
from tests.models.noisy_records import Staged, typo

IDENTITY = Path(company_pair.__file__).parent


@pytest.fixture(scope="module")
def records() -> dict[str, pl.DataFrame]:
    return noisy_records()


# --- what is remembered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_what_is_remembered_gives_what_all_anew_gives(records: dict[str, pl.DataFrame], seed: int) -> None:
    rng = Random(seed)
    kind = ("company", "contact")[seed % 2]
    plan, memory, told, cap = PLANS[kind], None, None, 4
    for _ in range(3):
        rows = changed(rng, records[kind])
        cap = rng.choice((cap, cap, 3, 5))
        memory = compared(plan, rows, memory, cap)
        anew = compared(plan, rows, None, cap)
        assert memory.equals(anew)
        told = weighed(plan, MODEL[kind], rows, memory, POLICY["ask_at"], told)
        assert told.equals(weighed(plan, MODEL[kind], rows, anew, POLICY["ask_at"]))
        assert memory.filter(pl.col("source_key").is_null()).height > 50
    assert too_common(anew).height > 1


def changed(rng: Random, rows: pl.DataFrame) -> pl.DataFrame:
    """Some of the rows, some of them with another name."""
    kept = rows.filter(pl.Series([rng.random() < 0.8 for _ in range(rows.height)]))
    names = [typo(rng, name) if name and rng.random() < 0.05 else name for name in kept["clean_name"]]
    return kept.with_columns(clean_name=pl.Series(names, dtype=pl.String))


def test_only_what_is_new_is_compared(records: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = records["company"]
    memory = compared(COMPANY, rows.head(-3), None, 60)
    counts = []

    def counted(plan: Plan, pairs: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
        counts.append(pairs.height)
        return levels(plan, pairs, features)

    monkeypatch.setattr(comparing, "levels", counted)
    compared(COMPANY, rows, memory, 60)
    assert 0 < sum(counts) < memory.height / 10


def test_pairs_may_be_compared_a_few_at_a_time(
    records: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = compared(COMPANY, records["company"].head(150), None, 60)
    pairs = at_once["pattern"].count()
    monkeypatch.setattr(comparing, "CHUNK", pairs // 3)
    assert pairs > 100
    assert compared(COMPANY, records["company"].head(150), None, 60).equals(at_once)


def test_another_plan_makes_all_anew(records: dict[str, pl.DataFrame]) -> None:
    rows = records["company"]
    memory = compared(COMPANY, rows, None, 60)
    other = replace(COMPANY, recall=0.5)
    assert compared(other, rows, memory, 60).equals(compared(other, rows, None, 60))


def test_another_release_makes_all_anew(records: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes how pairs are found or weighed need not think of what homes remember."""
    rows = records["company"].head(150)
    memory = compared(COMPANY, rows, None, 60)
    told = weighed(COMPANY, MODEL["company"], rows, memory, POLICY["ask_at"])
    for module in (matching, weighing):
        monkeypatch.setattr(module, "code", lambda: "other")
    others = compared(COMPANY, rows, memory, 60)
    assert memory.join(others, on="left_print").is_empty()
    other = weighed(COMPANY, MODEL["company"], rows, others, POLICY["ask_at"], told)
    assert other.drop("print").equals(told.drop("print"))
    assert other.join(told, on="print").is_empty()


def test_tables_of_an_older_version_are_taken_as_empty(records: dict[str, pl.DataFrame]) -> None:
    rows = records["company"]
    memory = compared(COMPANY, rows, None, 60)
    for old in (memory.drop("left_out"), memory.rename({"pattern": "levels"}), memory.cast({"pattern": pl.Int64})):
        assert compared(COMPANY, rows, old, 60).equals(memory)
    told = weighed(COMPANY, MODEL["company"], rows, memory, POLICY["ask_at"])
    for older in (told.drop("print"), told.rename({"reasons": "why"})):
        assert weighed(COMPANY, MODEL["company"], rows, memory, POLICY["ask_at"], older).equals(told)


def test_tables_are_the_same_whatever_the_order_of_records(records: dict[str, pl.DataFrame]) -> None:
    tables = []
    for rows in (records["company"], records["company"].sample(fraction=1, shuffle=True, seed=1)):
        with warehouse({"company_record": rows}) as con:
            con.execute("create schema policy").fetchall()
            for name, frame in (("identity", load_policies()["identity"]), ("match_model", MODELS)):
                con.register("arriving", frame)
                con.execute(f"create table policy.{name} as select * from arriving").fetchall()
            company_comparison.renew(con)
            company_pair.renew(con)
            memory = rows_of(con, "from identity.company_comparison order by left_print, right_print")
            tables.append((memory, rows_of(con, "from identity.company_pair order by left_key, right_key")))
    assert tables[0][0].equals(tables[1][0])
    assert tables[0][1].equals(tables[1][1])
    assert tuple(name.replace("company", "contact") for name in company_pair.INPUTS) == contact_pair.INPUTS


@pytest.mark.parametrize("kind", PLANS)
def test_evidence_names_the_fields_that_speak_for_a_pair(records: dict[str, pl.DataFrame], kind: str) -> None:
    pairs = matched(kind, records[kind])
    for row in pairs.select("evidence", "reasons").iter_rows(named=True):
        known = [reason for reason in json.loads(row["reasons"]) if reason["field"] != "prior" and reason["weight"] > 0]
        known.sort(key=lambda reason: (-reason["weight"], reason["field"]))
        assert row["evidence"] == ", ".join(reason["field"] for reason in known)
    assert pairs["evidence"].n_unique() > 5


def too_common(memory: pl.DataFrame) -> pl.DataFrame:
    """What the shipped SQL says of a table of comparisons."""
    with warehouse({"company_comparison": memory}) as con:
        return rows_of(con, (IDENTITY / "company_block.sql").read_text())


def test_what_too_many_share_is_left_out_and_told() -> None:
    staged = Staged()
    for number in range(10):
        company(staged, f"crm:{number}", name=f"Phoenix {'abcdefghij'[number] * 9}")
    rows = cleaned(staged)["company"]
    told = too_common(compared(COMPANY, rows, None, 9))
    assert told.filter(pl.col("rule") == "word").rows() == [("word", "phoenix", 10)]
    assert too_common(compared(COMPANY, rows, None, 10)).is_empty()


# --- models ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def taught(records: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """A model learned from the records that name each other."""
    return train(COMPANY, records["company"], known_pairs(records["company"]))


def test_training_is_repeatable(records: dict[str, pl.DataFrame], taught: dict[str, Any]) -> None:
    rows = records["company"].sample(fraction=1, shuffle=True, seed=3)
    assert train(COMPANY, rows, known_pairs(rows)) == taught


def test_training_finds_what_it_was_taught(records: dict[str, pl.DataFrame], taught: dict[str, Any]) -> None:
    rows = records["company"]
    memory = compared(COMPANY, rows, None, 60)
    pairs = weighed(COMPANY, taught, rows, memory, Decimal("0.5"))
    true = pairs.filter(pl.col("left_key").str.split(":").list.last() == pl.col("right_key").str.split(":").list.last())
    assert true.height > 0.97 * pairs.height > 100


def test_a_lesser_agreement_never_weighs_more(taught: dict[str, Any]) -> None:
    for model in (*MODEL.values(), taught):
        for comparison in model["comparisons"]:
            factors = [
                level["m_probability"] / level["u_probability"]
                for level in comparison["comparison_levels"]
                if not level.get("is_null_level")
            ]
            assert all(better >= lesser * 0.999 for better, lesser in pairwise(factors))


def test_a_model_of_other_comparisons_is_refused() -> None:
    old = json.loads(MODELS["model"][0])
    old["comparisons"].pop()
    models = pl.DataFrame({"object": ["company"], "model": [json.dumps(old)], "source": ["config/company_model.json"]})
    with pytest.raises(ModelError, match=r"config/company_model.json: .* other comparisons .* Learn it anew"):
        stored("company", COMPANY, models)


def test_a_workspaces_own_model_is_preferred(tmp_path: Any) -> None:
    (tmp_path / "company_model.json").write_text("{}")
    found = stored_models(tmp_path)
    assert found["source"].to_list() == ["config/company_model.json", "the shipped contact_model.json"]
