"""Groups of records that belong together, and what keeps two of them apart. Knows nothing of why records are linked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

Kept = TypeVar("Kept")


def components(records: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Give every record the smallest `rank` it can reach over the edges.

    `records`: source_key (unique), rank (unique). `edges`: left, right (source keys; unknown ones are left
    out). Returns source_key, root (the rank of the group's first record).
    """
    ordered = records.sort("rank").with_row_index("place")
    places = ordered.select("source_key", "place")
    pairs = (
        edges.join(places, left_on="left", right_on="source_key")
        .join(places, left_on="right", right_on="source_key", suffix="_right")
        .select("place", "place_right")
    )
    firsts = tops(ordered.height, pairs.iter_rows())
    return ordered.select("source_key", root=ordered["rank"].gather(firsts))


def tops(count: int, pairs: Iterable[tuple[int, ...]]) -> list[int]:
    """The smallest of the places 0 .. count-1 that each of them can reach over the pairs of places."""
    above = list(range(count))
    for left, right in pairs:
        first, second = sorted((_top(above, left), _top(above, right)))
        above[second] = first
    return [_top(above, place) for place in range(count)]


def _top(above: list[int], place: int) -> int:
    """The first place of a group; shortens the way there, so that long chains stay cheap."""
    while above[place] != place:
        above[place] = above[above[place]]
        place = above[place]
    return place


@dataclass(frozen=True)
class Apart:
    """Two records (by their places) that must not come together, and whether a person said so."""

    left: int
    right: int
    by_person: bool
    words: str


class Clusters:
    """Records, by place 0 .. n-1, joined one pair at a time; each cluster knows its size, systems, domains and foes.

    A cluster goes by its top, the place that `top` gives for each of its records; joining makes tops anew.
    `systems`: one bit per record for the source it comes from. `domains`: each record's own domains.
    """

    def __init__(self, systems: Sequence[int], domains: Sequence[Sequence[str] | None]) -> None:
        self._above = list(range(len(systems)))
        self._size = [1] * len(systems)
        self._systems = list(systems)
        self._domains = {place: dict.fromkeys(own) for place, own in enumerate(domains) if own}
        self._foes: dict[int, dict[Apart, None]] = {}

    def top(self, place: int) -> int:
        """The place that stands for the whole cluster of a record."""
        return _top(self._above, place)

    def tops(self) -> list[int]:
        """The top of every record."""
        return [_top(self._above, place) for place in range(len(self._above))]

    def keep_apart(self, pair: Apart) -> None:
        """Note that two records must not come together; they must not be together yet."""
        for place in (pair.left, pair.right):
            self._foes.setdefault(self.top(place), {})[pair] = None

    def foe(self, left: int, right: int, *, by_person: bool = False) -> Apart | None:
        """Why two clusters must stay apart, a person's word first; None where nothing says so.

        `by_person`: look at people's words only.
        """
        first, second = self._foes.get(left), self._foes.get(right)
        if not first or not second:
            return None
        few, other = (first, right) if len(first) <= len(second) else (second, left)
        found = None
        for pair in few:
            if other in (self.top(pair.left), self.top(pair.right)):
                if pair.by_person:
                    return pair
                found = found or pair
        return None if by_person else found

    def size(self, cluster: int) -> int:
        """How many records a cluster has."""
        return self._size[cluster]

    def systems(self, left: int, right: int) -> int:
        """The sources, as bits, that both clusters have a record of."""
        return self._systems[left] & self._systems[right]

    def domains(self, left: int, right: int) -> tuple[set[str], set[str]]:
        """The own domains of both clusters."""
        return set(self._domains.get(left, ())), set(self._domains.get(right, ()))

    def join(self, left: int, right: int) -> None:
        """Make one cluster of two; the smaller goes into the larger."""
        large, small = (left, right) if self._size[left] >= self._size[right] else (right, left)
        self._above[small] = large
        self._size[large] += self._size[small]
        self._systems[large] |= self._systems[small]
        if small in self._domains:
            _pour(self._domains, large, small)
        if small in self._foes:
            _pour(self._foes, large, small)


def _pour(kept: dict[int, dict[Kept, None]], large: int, small: int) -> None:
    """Put what is known of one cluster to what is known of another, the shorter list to the longer."""
    more, there = kept.pop(small), kept.get(large, {})
    if len(there) < len(more):
        there, more = more, there
    there.update(more)
    kept[large] = there
