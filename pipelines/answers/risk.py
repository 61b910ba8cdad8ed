"""What the published file says of risks: of one customer with its reasons, or of all with how far to trust it.

What was typed and how it is printed belongs to `risk_commands`; the picture to `risk_chart`.
"""

from __future__ import annotations

from typing import Any

from pipelines.answers.lookup import find_company, open_snapshot, rows
from pipelines.home import Home
from pipelines.warehouse import Connection

_ACCOUNTS = """
    select c.name as company, r.*
    from marts.account_risk as r join marts.company_360 as c on r.company_id = c.company_id
    where r.kind = ? and r.state = 'scored'
    order by r.probability desc, r.arr desc, r.company_id
"""
_WITHOUT = """
    select state, count(*) as customers from marts.account_risk where kind = ? and state <> 'scored'
    group by state order by customers desc, state
"""
_REASONS = """
    select factor, words, value, typical_value, log_odds, place from marts.risk_reason
    where company_id = ? and kind = ? order by place
"""
STATES = {
    "gave_notice": "gave notice",
    "not_paying": "pay nothing at present",
    "too_thin": "because too little has happened",
    "no_better": "because what was learned tells no more than the usual",
    "unknown_signs": "of whom too little is known",
}

UNITS = {"tenure": "days", "arr": "a year"}
"""What a reason is counted in; every sign of health and every move of the score in points."""


def find_all(home: Home) -> dict[str, Any]:
    """Every kind of risk: the model in words and figures, its calibration, and the customers, the likeliest first."""
    with open_snapshot(home) as con:
        kinds = []
        for model in rows(con, "select * from marts.risk_model order by kind"):
            kind = [model["kind"]]
            bins = rows(con, "select * exclude (kind) from marts.risk_calibration where kind = ? order by bin", kind)
            accounts, without = rows(con, _ACCOUNTS, kind), rows(con, _WITHOUT, kind)
            kinds.append({**model, "calibration": bins, "accounts": accounts, "without": without})
        return {"kinds": kinds, "backtest": _backtest(con)}


def find_one(home: Home, words: str) -> dict[str, Any]:
    """One customer's risks with every reason, and its health beside them. Raises `NothingFoundError`."""
    with open_snapshot(home) as con:
        company = find_company(con, words)
        about = [company["company_id"]]
        found = rows(con, "select * from marts.account_risk where company_id = ? order by kind", about)
        for risk in found:
            risk["factors"] = rows(con, _REASONS, [*about, risk["kind"]])
        health = rows(con, "select score, band, reasons from marts.health_score where company_id = ?", about)
        shown = {"company_id": company["company_id"], "company": company["name"], "risks": found}
        return {**shown, "health": health[0] if health else None, "backtest": _backtest(con)}


def _backtest(con: Connection) -> list[dict[str, Any]]:
    return rows(con, "select * from marts.health_backtest order by segment = '(all)' desc, segment, horizon_days")


def all_lines(found: dict[str, Any], limit: int) -> list[str]:
    """What `find_all` found, for a person; of the customers so many of each kind."""
    lines = []
    for model in found["kinds"]:
        title = "Losses" if model["kind"] == "churn" else "Expansions"
        lines += [f"{title} within {model['horizon_days']} days", f"  {model['words']}"]
        lines += [f"  {_account(row)}" for row in model["accounts"][:limit]]
        if len(model["accounts"]) > limit:
            lines.append(f"  ... and {len(model['accounts']) - limit:,} less likely ones: --limit prints more.")
        told = [f"{row['customers']:,} {STATES[row['state']]}" for row in model["without"]]
        lines += [f"  Without a probability: {'; '.join(told)}.", ""] if told else [""]
    lines.append("How well the health score told losses")
    return [*lines, *(f"  {line}" for line in _tested(found))]


def one_lines(found: dict[str, Any]) -> list[str]:
    """What `find_one` found, for a person."""
    lines = [found["company"]]
    if found["health"] and found["health"]["score"] is not None:
        health = found["health"]
        lines.append(f"Health {health['score']:.0f} of 100, {health['band'].replace('_', ' ')}.")
    for risk in found["risks"]:
        lines += ["", f"{'Loss' if risk['kind'] == 'churn' else 'Expansion'}: {risk['words']}"]
        lines += [f"  {reason(row)}" for row in risk["factors"] if abs(row["log_odds"]) >= _WORTH_TELLING]
    if not found["risks"]:
        lines += ["", "It is no customer now: there is nothing to lose, and no probability is given."]
    return [*lines, "", "How well the health score told losses", *(f"  {line}" for line in _tested(found))]


_WORTH_TELLING = 0.05
"""Reasons that move the log odds by less are not printed; JSON has them all."""


def reason(row: dict[str, Any]) -> str:
    """One reason: what is known, what is usual, and what that does to the odds."""
    way = 2.718281828459045 ** float(row["log_odds"])
    told = f"{way:.2f} times the odds"
    if row["value"] is None:
        return f"{row['words']}: {told}"
    name, unit = row["factor"].replace("_", " "), UNITS.get(row["factor"], "points")
    return f"{row['words']} ({name}: {round(row['value']):,} {unit}, usual: {round(row['typical_value']):,}): {told}"


def _account(row: dict[str, Any]) -> str:
    why = f"  {row['reasons']}" if row["reasons"] else ""
    return f"{row['probability']:>6.1%}  {row['company']}  ARR {row['arr']:,.0f} {row['currency']}{why}"


def _tested(found: dict[str, Any]) -> list[str]:
    """The back-test over all customers, as far ahead as it looks; JSON has segments and shorter times, too."""
    return [row["words"] for row in found["backtest"] if row["segment"] == "(all)"][-1:]
