"""A `kill -9` at any moment, then a clean run: what is published is the same as without it."""

from __future__ import annotations

import random
from pathlib import Path

from tests.pipelines.kill_harness import finish, kill_at, make_home, published

KILLS = 1


def test_killed_anywhere_the_next_run_publishes_the_same(tmp_path: Path) -> None:
    whole = make_home(tmp_path / "whole")
    seconds = finish(whole)
    truth = published(whole)
    assert len(truth) > 50
    again = make_home(tmp_path / "again")
    rng = random.Random(20260630)
    killed = [kill_at(again, rng.uniform(1, seconds)) for _ in range(KILLS)]
    assert any(killed)
    finish(again)
    assert published(again) == truth
