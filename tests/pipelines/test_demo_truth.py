"""The figures by which matching is judged, against counting the pairs one by one."""

from __future__ import annotations

from itertools import combinations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.pipelines.demo_truth import Score, score, wrongly_merged


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
