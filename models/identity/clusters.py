"""Groups of records that belong together: connected components of a list of links. Knows nothing of what is linked."""

from __future__ import annotations

import polars as pl


def components(records: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Give every record the smallest `rank` it can reach over the edges.

    `records`: source_key (unique), rank (unique integer). `edges`: left, right (source keys; unknown ones are left
    out). Returns source_key, root (the rank of the group's first record).
    """
    ordered = records.sort("rank").with_row_index("place")
    places = ordered.select("source_key", "place")
    pairs = (
        edges.join(places, left_on="left", right_on="source_key")
        .join(places, left_on="right", right_on="source_key", suffix="_right")
        .select("place", "place_right")
    )
    above = list(range(ordered.height))
    for left, right in pairs.iter_rows():
        first, second = sorted((_top(above, left), _top(above, right)))
        above[second] = first
    roots = ordered["rank"].gather([_top(above, place) for place in range(ordered.height)])
    return ordered.select("source_key", root=roots)


def _top(above: list[int], place: int) -> int:
    """The first place of a group; shortens the way there, so that long chains stay cheap."""
    while above[place] != place:
        above[place] = above[above[place]]
        place = above[place]
    return place


def external_links(records: pl.DataFrame) -> pl.DataFrame:
    """Links that sources state themselves through `external_id`: `<source>:<id>`, or `*:<id>` for "some other source".

    `records`: source_key, source_system, source_record_id, external_id. An id that no record has links nothing; a `*`
    link holds only when exactly one record of the other sources has that id. Returns left, right, rule, evidence.
    """
    named = records.filter(pl.col("external_id").is_not_null())
    exact = named.join(records.select(external_id="source_key"), on="external_id", how="semi").select(
        left="source_key", right="external_id", rule=pl.lit("external_id"), evidence="external_id"
    )
    any_source = named.filter(pl.col("external_id").str.starts_with("*:")).select(
        "source_key", "source_system", "external_id", wanted=pl.col("external_id").str.strip_prefix("*:")
    )
    found = (
        any_source.join(
            records.select(target="source_key", target_system="source_system", wanted="source_record_id"),
            on="wanted",
        )
        .filter(pl.col("source_system") != pl.col("target_system"))
        .filter(pl.len().over("source_key") == 1)
        .select(left="source_key", right="target", rule=pl.lit("external_id"), evidence="external_id")
    )
    return pl.concat([exact, found])
