"""The figures by which matching is judged, against counting the pairs one by one."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from models.demo.story import SIGN_OF
from tests.pipelines.demo_truth import THEMES, Score, declines, score, wrongly_merged


def records(rows: list[tuple[int, str | None]]) -> pl.DataFrame:
    """One record per row: the number it is in truth, and its golden id."""
    told = [(f"record {place}", no, golden) for place, (no, golden) in enumerate(rows)]
    schema = {"source_key": pl.String, "no": pl.Int64, "golden": pl.String}
    return pl.DataFrame(told, schema=schema, orient="row")


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([None, "a", "b", "c", "d"])), max_size=14))
def test_pairs_are_counted_as_one_by_one(rows: list[tuple[int, str | None]]) -> None:
    same = joined = right = 0
    for (one, golden), (other, its) in combinations(rows, 2):
        is_joined = golden is not None and golden == its
        same, joined, right = same + (one == other), joined + is_joined, right + (is_joined and one == other)
    assert score(records(rows)) == Score(same, joined, right)


def test_shares_are_of_pairs_and_whole_where_there_is_none() -> None:
    found = score(records([(1, "a"), (1, "a"), (2, "a"), (2, "b")]))
    assert (found.precision, found.recall) == (1 / 3, 1 / 2)
    assert (Score(0, 0, 0).precision, Score(0, 0, 0).recall) == (1.0, 1.0)


def test_look_alikes_that_were_put_together_are_named() -> None:
    distinct = pl.DataFrame({"no": [1, 1], "other_no": [2, 3], "reason": ["twin", "family"]})
    merged = wrongly_merged(records([(1, "a"), (1, "b"), (2, "b"), (3, "c")]), distinct)
    assert [(row["no"], row["other_no"], row["reason"]) for row in merged] == [(1, 2, "twin")]
    assert wrongly_merged(records([(1, None), (2, None)]), distinct) == []


def test_declines_are_those_that_had_time_to_show() -> None:
    names = ("company_no", "cause", "began_on", "down_on", "lost_on", "is_recovered")
    day = date(2026, 6, 30)
    rows = [
        (1, "tickets", date(2026, 5, 1), date(2026, 6, 1), None, False),
        (2, "tickets", date(2026, 5, 2), date(2026, 6, 1), None, False),
        (3, "unpaid", date(2026, 1, 31), date(2026, 3, 1), date(2026, 4, 2), False),
        (4, "unpaid", date(2026, 1, 31), date(2026, 3, 1), date(2026, 4, 1), False),
        (5, "usage_drop", date(2026, 1, 1), date(2026, 3, 2), None, True),
        (6, "usage_drop", date(2026, 1, 1), date(2026, 3, 1), None, True),
        (7, "champion_left", date(2025, 1, 1), date(2025, 2, 1), date(2025, 6, 1), True),
    ]
    found = declines(pl.DataFrame(rows, schema=names, orient="row"), day)
    assert found.rows() == [
        (1, "tickets", "support", date(2026, 4, 30), day),
        (3, "unpaid", "payment", date(2026, 1, 30), date(2026, 4, 1)),
        (5, "usage_drop", "usage", date(2025, 12, 31), date(2026, 3, 2)),
        (7, "champion_left", "people", date(2024, 12, 31), date(2025, 5, 31)),
    ]
    assert THEMES == SIGN_OF
