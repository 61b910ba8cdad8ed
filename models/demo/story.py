"""What becomes of each company: whether and when it buys, its peculiarity, how it ends, and its mood over time.

The mood (0 to 1) is what support, mail, survey and payments show later; it sinks before a customer leaves, most of all
in the sign of what made it sink (see `causes`). What the subscriptions look like stands in `features`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from models.demo.clock import Clock, add_months, between, days
from models.demo.frames import listed

FATES = listed(
    "steady left_period_end growing steady worried recovered growing left_at_once steady returned growing "
    "steady at_risk steady recovered left_period_end steady growing shrinking payment_failed steady worried "
    "leaving growing recovered left_at_once steady at_risk shrinking left_period_end steady returned growing "
    "worried"
)
FEATURES = listed(
    "plain trial seats month_to_year upgrade percent_repeating downgrade two_items paused percent_forever "
    "amount_once past_due replaced amount_forever stacked unpaid metered one_time currency_change add_on "
    "price_migration incomplete quarterly two_yearly midnight last_second drop_item short_lived "
    "ends_at_as_of"
)
# kind of company: share of all
KINDS = (("billed", 0.60), ("outside", 0.06), ("trial", 0.06))
UNHAPPY = 0.95
"""Of those who neither leave nor change, the others were never content."""
LEAVERS = ("left_period_end", "left_at_once", "payment_failed", "returned")
# cause of a decline: the sign that shows it
SIGN_OF = {"champion_left": "people", "usage_drop": "usage", "unpaid": "payment", "tickets": "support"}
OTHERS = 0.25
"""How much of its fall the signs share that are not the cause's own."""
OTHERS_BEFORE = 45
"""Days before the turn from which they do."""
# fate: (days before the turn at which the mood starts to sink, and at which it is down; how low it gets)
SINKING: dict[str, tuple[int, int, float]] = {
    "worried": (120, 25, 0.42),
    "recovered": (120, 25, 0.35),
    "at_risk": (170, 45, 0.14),
    "leaving": (170, 30, 0.10),
    "left_period_end": (170, 40, 0.12),
    "left_at_once": (130, 20, 0.10),
    "returned": (120, 20, 0.22),
    "payment_failed": (100, 20, 0.30),
}


@dataclass(frozen=True)
class Decline:
    """Why and when a company goes down: its own sign from `began_at` to `down_at`, the others from `others_at` on."""

    cause: str
    began_at: datetime
    down_at: datetime
    others_at: datetime
    low: float


@dataclass
class Story:
    """One company's course. `kind`: billed, outside (pays, but no billing system knows), trial or lead."""

    kind: str
    fate: str
    feature: str
    signed_at: datetime
    turn_at: datetime
    return_at: datetime | None
    base: float
    decline: Decline | None = None

    def sunk(self, moment: datetime, cause: str) -> float:
        """How far `cause` has taken the company at `moment`, 0 to 1; 0 where something else or nothing is the cause."""
        decline = self.decline
        if decline is None or decline.cause != cause or (self.return_at and moment >= self.return_at):
            return 0.0
        return _share(moment, decline.began_at, decline.down_at)

    def mood(self, moment: datetime, sign: str | None = None) -> float:
        """How content the company is at `moment`, 0 to 1; as far as one `sign` shows it, or (null) as it really is."""
        decline = self.decline
        if decline is None or (self.return_at and moment >= self.return_at):
            return self.base
        fall = decline.low - self.base
        if sign is None or sign == SIGN_OF[decline.cause]:
            return self.base + fall * _share(moment, decline.began_at, decline.down_at)
        last = max(self.turn_at, decline.others_at + days(1))
        return self.base + fall * OTHERS * _share(moment, decline.others_at, last)


def _share(moment: datetime, first: datetime, last: datetime) -> float:
    return min(1.0, max(0.0, (moment - first) / (last - first)))


def make_stories(clock: Clock, count: int) -> list[Story]:
    """One story per company, in no order; every fate and feature comes round again and again."""
    rng = clock.rng("stories")
    kinds = [kind for kind, share in KINDS for _ in range(round(count * share))]
    kinds = (kinds + ["lead"] * count)[:count]
    rng.shuffle(kinds)
    buyers = 0
    stories = []
    for kind in kinds:
        stories.append(_story(clock, rng, kind, buyers))
        buyers += kind in ("billed", "outside")
    return stories


def _story(clock: Clock, rng: Random, kind: str, turn: int) -> Story:
    fate = FATES[turn % len(FATES)] if kind in ("billed", "outside") else "steady"
    feature = FEATURES[turn % len(FEATURES)] if kind == "billed" else "plain"
    latest = 0.55 if fate in LEAVERS else 0.75 if fate in SINKING else 0.97
    latest = (
        min(latest, 0.45) if feature in ("price_migration", "replaced", "two_yearly", "currency_change") else latest
    )
    share = latest * rng.random() ** 0.85
    signed_at = between(rng, clock.at(max(0.0, share - 0.02)), clock.at(share + 0.015))
    turn_at, return_at = clock.as_of, None
    if fate in LEAVERS:
        share = rng.uniform(0.3, 0.7) if fate == "returned" else rng.uniform(0.35, 0.98)
        turn_at = between(rng, signed_at + (clock.as_of - signed_at) * share, clock.as_of)
    if fate == "recovered":
        turn_at = between(rng, signed_at, clock.as_of - days(100))
        return_at = turn_at + days(60)
    if fate == "leaving":
        turn_at = between(rng, clock.as_of - days(40), clock.as_of - days(4))
    if fate == "returned":
        turn_at = min(turn_at, signed_at + (clock.as_of - signed_at) * 0.75).replace(microsecond=0)
        return_at = between(rng, add_months(turn_at, 2), add_months(turn_at, 8))
    temper = rng.random()
    low, high = (
        (0.5, 0.62) if temper < 0.08 else (0.05, 0.15) if temper > UNHAPPY and fate == "steady" else (0.68, 0.95)
    )
    base = rng.uniform(low, high)
    return Story(kind, fate, feature, signed_at, turn_at, return_at, base)
