"""The roll-forward of ARR: what is agreed, what comes up for renewal, what the pipeline brings, what is lost and added.

One function makes all forecasts: the present one (`is_present`) and those from the ends of past months, each by what
was known then. Not known as of then, and left out of the past ones: what sources state of a renewal's likelihood or an
opportunity's, its amount and expected day (they are overwritten as it goes: see `open_opportunity`), opportunities
without a history of stages, the segments of then, and price changes that were agreed but had not begun. An agreed end
that a source overwrites when notice is given earlier is taken as it stands now. Intervals are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

INPUTS = (
    "intermediate.forecast_start",
    "intermediate.agreed_span",
    "intermediate.renewal_ahead",
    "intermediate.renewal_agreement",
    "intermediate.open_opportunity",
    "intermediate.month_rate",
    "intermediate.month",
    "marts.company_month",
    "policy.forecast",
    "policy.revenue",
)
SCENARIOS = ("base", "optimistic", "pessimistic")
PARTS = ("running", "renewals", "new_business", "further_business", "expected_loss", "expected_expansion")
ZERO, ONE = Decimal(0), Decimal(1)
MICRO = Decimal("0.000001")
NEVER = datetime(9999, 12, 31)
DIGITS = 80
"""Room for every product to be exact, so that sums do not depend on their order."""
SCHEMA = {
    "month_no": pl.Int64(),
    "made_on": pl.Date(),
    "is_present": pl.Boolean(),
    "horizon": pl.Int64(),
    "month": pl.Date(),
    "scenario": pl.String(),
    **{part: pl.Decimal(38, 12) for part in (*PARTS, "arr")},
}
Steps = list[Decimal]


class Rates(NamedTuple):
    """What customers without a term lose and add a month, of what they pay; what new and returning customers bring."""

    loss: Decimal
    expansion: Decimal
    won: Decimal


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per forecast, month ahead and scenario; amounts a year in the reporting currency, the parts sum to `arr`.

    Past forecasts have the scenario `base` only.
    """
    frames = {**frames, "marts.company_month": _months_paid(frames)}
    with localcontext(prec=DIGITS):
        rows = [
            row
            for start in frames["intermediate.forecast_start"].sort("month_no").iter_rows(named=True)
            for row in _outlook(frames, start)
        ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _outlook(frames: Mapping[str, pl.DataFrame], start: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    months = _months(frames, start)
    known = _known(frames, start)
    rates = _rates(frames, start)
    for scenario in SCENARIOS if start["is_present"] else SCENARIOS[:1]:
        parts = _forecast(frames, start, known, [at for _, at in months], rates[scenario], scenario)
        for step, (month, _) in enumerate(months):
            amounts = [_yearly(part[step]) for part in parts]
            head = (start["month_no"], start["made_on"], start["is_present"], step + 1, month, scenario)
            yield (*head, *amounts, sum(amounts, ZERO))


def _forecast(
    frames: Mapping[str, pl.DataFrame],
    start: Mapping[str, Any],
    known: pl.DataFrame,
    bounds: list[datetime],
    rates: Rates,
    scenario: str,
) -> tuple[Steps, ...]:
    """The parts, a month, at each of the instants `bounds`."""
    size = len(bounds)
    running, renewals, free = [ZERO] * size, [ZERO] * size, [ZERO] * size
    for row in _groups(known, bounds):
        worth = row["net_mrr"] * row["rate"]
        for step in range(row["from_step"], min(row["to_step"], row["comes_step"], size)):
            running[step] += worth
            if not row["has_term"]:
                free[step] += worth
        for step in range(max(row["from_step"], row["comes_step"]), min(row["to_step"], size)):
            renewals[step] += worth * _share(row, scenario if worth > 0 else "base")
    kept, grown = ONE, ONE
    loss, expansion = [ZERO] * size, [ZERO] * size
    for step in range(size):
        kept, grown = kept * (ONE - rates.loss), grown * (ONE + rates.expansion)
        exposed = max(free[step], ZERO)
        loss[step], expansion[step] = exposed * (kept - ONE), exposed * (grown - ONE)
    seen = _new_business(frames, start, known, size, scenario)
    further, before = [ZERO] * size, ZERO
    for step in range(size):
        before += max(rates.won - (seen[step] - (seen[step - 1] if step else ZERO)), ZERO)
        further[step] = before
    return running, renewals, seen, further, loss, expansion


def _share(row: Mapping[str, Any], scenario: str) -> Decimal:
    """How much of what comes up for renewal is counted on; what is decided is the same in every scenario."""
    likelihood: Decimal = row["likelihood"]
    if scenario == "base" or not row["is_open"]:
        return likelihood
    if scenario == "optimistic":
        return ONE
    return likelihood if row["auto_renew"] else ZERO


# --- what was known ---------------------------------------------------------------------------------------------------


def _known(frames: Mapping[str, pl.DataFrame], start: Mapping[str, Any]) -> pl.DataFrame:
    """Stretches that run at the start or were agreed by then, with the end, the rate and the renewal known then."""
    made_at, valued_at = start["made_at"], start["valued_at"]
    rates = frames["intermediate.month_rate"].filter(
        pl.col("policy_id") == frames["policy.revenue"].item(0, "policy_id"), pl.col("month_no") == start["month_no"]
    )
    ahead = frames["intermediate.renewal_ahead"].filter(pl.col("month_no") == start["month_no"]).drop("month_no")
    ended = pl.when(pl.col("end_known_at") < made_at).then("runs_to")
    called_off = pl.when(pl.col("called_off_at") < made_at).then("called_off_to")
    return (
        frames["intermediate.agreed_span"]
        .filter(pl.col("known_at") < made_at, pl.col("runs_to").is_null() | (pl.col("runs_to") > valued_at))
        .with_columns(to_at=pl.min_horizontal(ended, called_off).fill_null(NEVER))
        .filter(pl.col("to_at") > valued_at, pl.col("to_at") > pl.col("runs_from"))
        .join(rates.select("currency", pl.col("rate").cast(pl.Decimal(38, 12))), on="currency", how="left")
        .join(ahead, on="subscription_id", how="left")
        .with_columns(
            pl.col("rate").fill_null(ZERO),
            pl.col("likelihood").cast(pl.Decimal(38, 12)).fill_null(ZERO),
            pl.col("auto_renew", "is_open").fill_null(value=False),
            has_term=pl.col("comes_at").is_not_null(),
            comes_at=pl.col("comes_at").fill_null(NEVER),
        )
    )


def _groups(known: pl.DataFrame, bounds: list[datetime]) -> Iterator[dict[str, Any]]:
    """What starts, comes up and ends before the same of the bounds, summed exactly; steps count from 0."""
    stepped = known.with_columns(
        from_step=_step(known["runs_from"], bounds),
        to_step=_step(known["to_at"], bounds),
        comes_step=_step(known["comes_at"], bounds),
    )
    keys = ("rate", "from_step", "to_step", "comes_step", "has_term", "likelihood", "auto_renew", "is_open")
    yield from stepped.group_by(keys).agg(pl.col("net_mrr").sum()).iter_rows(named=True)


def _step(instants: pl.Series, bounds: list[datetime]) -> pl.Series:
    """How many bounds lie before each instant: at the bound of that number it has come."""
    return pl.Series(bounds, dtype=pl.Datetime("us")).search_sorted(instants, side="left").cast(pl.Int64)


def _months_paid(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What companies paid, lost and added in each numbered month, by the main set of rules."""
    return (
        frames["marts.company_month"]
        .filter(pl.col("policy_id") == frames["policy.revenue"].item(0, "policy_id"))
        .join(frames["intermediate.month"].select("policy_id", "month", "month_no"), on=["policy_id", "month"])
        .select(
            "company_id",
            "month_no",
            "opening",
            lost=pl.col("churn") + pl.col("contraction"),
            added=pl.col("expansion"),
            won=pl.col("new") + pl.col("reactivation"),
        )
    )


def _rates(frames: Mapping[str, pl.DataFrame], start: Mapping[str, Any]) -> dict[str, Rates]:
    """By scenario: of the last months before the start, of companies without any term; 0 without such a month."""
    termed = frames["intermediate.renewal_agreement"].filter(
        pl.col("from_on").is_null() | (pl.col("from_on") < start["made_on"])
    )
    first_no = start["first_no"] - frames["policy.forecast"].item(0, "months_of_history")
    monthly = (
        frames["marts.company_month"]
        .filter(pl.col("month_no") >= first_no, pl.col("month_no") < start["first_no"])
        .join(termed, on="company_id", how="anti")
        .group_by("month_no")
        .agg(pl.col("opening", "lost", "added").sum())
        .filter(pl.col("opening") > 0)
    )
    won = (
        frames["marts.company_month"]
        .filter(pl.col("month_no") >= first_no, pl.col("month_no") < start["first_no"])
        .group_by("month_no")
        .agg(pl.col("won").sum(), opening=pl.lit(ONE))
    )
    loss, expansion = _spread(monthly, "lost"), _spread(monthly, "added")
    brought = _spread(won, "won")
    return {
        "base": Rates(min(loss[1], ONE), expansion[1], brought[1]),
        "optimistic": Rates(min(loss[0], ONE), expansion[2], brought[2]),
        "pessimistic": Rates(min(loss[2], ONE), expansion[0], brought[0]),
    }


def _spread(monthly: pl.DataFrame, column: str) -> tuple[Decimal, Decimal, Decimal]:
    """The lower quarter of the months' parts of the opening, the part of all months, and the upper quarter."""
    pairs: list[tuple[Decimal, Decimal]] = monthly.select(column, "opening").rows()
    if not pairs:
        return ZERO, ZERO, ZERO
    shares = sorted(part / opening for part, opening in pairs)
    whole = sum((part for part, _ in pairs), ZERO) / sum((opening for _, opening in pairs), ZERO)
    quarter = (len(shares) - 1) // 4
    return min(shares[quarter], whole), whole, max(shares[-1 - quarter], whole)


def _new_business(
    frames: Mapping[str, pl.DataFrame], start: Mapping[str, Any], known: pl.DataFrame, size: int, scenario: str
) -> Steps:
    """What open opportunities of companies that pay nothing yet bring by each month; further sales are expansion."""
    paying = known.filter(pl.col("runs_from") <= start["valued_at"])["company_id"].unique()
    deals = frames["intermediate.open_opportunity"].filter(
        pl.col("month_no") == start["month_no"],
        ~pl.col("company_id").is_in(paying.implode()).fill_null(value=False),
        ~pl.col("opportunity_type").is_in(["renewal", "downsell"]).fill_null(value=False),
    )
    steps = [ZERO] * size
    for deal in deals.iter_rows(named=True):
        told = [p for p in (deal["probability_history"], deal["probability_stated"]) if p is not None] or [ZERO]
        likelihood = {"base": told[0], "optimistic": max(told), "pessimistic": min(told)}[scenario]
        for step in range(min(deal["expected_no"] - start["first_no"], size), size):
            steps[step] += deal["mrr_reporting"] * likelihood
    return steps


# --- months -----------------------------------------------------------------------------------------------------------


def _months(frames: Mapping[str, pl.DataFrame], start: Mapping[str, Any]) -> list[tuple[date, datetime]]:
    """The months ahead, each with the instant at which it is valued: the last one of the month, or its first."""
    zone = ZoneInfo(frames["policy.revenue"].item(0, "time_zone"))
    is_first_instant = frames["policy.revenue"].item(0, "snapshot") == "first_instant"
    found = []
    for number in range(start["first_no"], start["first_no"] + frames["policy.forecast"].item(0, "horizon_months")):
        border = _month(number if is_first_instant else number + 1)
        at = datetime(border.year, border.month, 1, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        found.append((_month(number), at if is_first_instant else at - timedelta(microseconds=1)))
    return found


def _month(month_no: int) -> date:
    return date(month_no // 12, month_no % 12 + 1, 1)


def _yearly(mrr: Decimal) -> Decimal:
    return (mrr * 12).quantize(MICRO, ROUND_HALF_EVEN)
