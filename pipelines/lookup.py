"""Finding the company or person somebody means in the published file. What is then said of them belongs to `brief`."""

from __future__ import annotations


class NothingFoundError(LookupError):
    """Nobody and nothing goes by that name."""
