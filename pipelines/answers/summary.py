"""What a run has to say in one screen: the ARR bridge that closes, health, NPS, churn with reasons, where it all is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console

from pipelines.answers import brief
from pipelines.answers.lookup import open_snapshot, rows
from pipelines.home import Home
from pipelines.warehouse import Connection

CHURN_MONTHS = 3


def print_summary(out: Console, home: Home) -> None:
    """Print the last complete month's numbers from the published file, and one customer's brief."""
    with open_snapshot(home) as con:
        bridge = rows(
            con,
            "select b.* from marts.arr_bridge as b join policy.revenue as p on b.policy_id = p.policy_id "
            "where b.is_complete order by b.month desc limit 1",
        )
        lines = [*_bridge(bridge), "", *_health(con), *_nps(con), *_churn(con)]
        speaking = rows(
            con,
            "select company_id from marts.company_360 where health_score is not null "
            "order by health_band = 'needs_attention' desc, arr desc, company_id limit 1",
        )
    for line in lines:
        out.print(line, markup=False)
    if speaking:
        out.print(f"\n--- rapport brief {speaking[0]['company_id']} ---", markup=False)
        out.print(brief.text(brief.find(home, speaking[0]["company_id"])), markup=False, soft_wrap=True)
    out.print(
        f"\nFor analysts:  {home.snapshot}\nFor BI tools:  {home.published / 'parquet'}/<schema>/<table>.parquet",
        markup=False,
    )


def _bridge(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return ["No month is complete yet, so there is no ARR bridge."]
    row = found[0]
    steps = [("opening ARR", row["opening"], row["customers_opening"])]
    steps += [
        ("+ new", row["new"], row["customers_new"]),
        ("+ reactivation", row["reactivation"], row["customers_reactivated"]),
    ]
    steps += [("+ expansion", row["expansion"], None), ("- contraction", row["contraction"], None)]
    steps += [("- churn", row["churn"], row["customers_churned"]), ("+ exchange rates", row["fx"], None)]
    total = (
        row["opening"]
        + row["new"]
        + row["reactivation"]
        + row["expansion"]
        - row["contraction"]
        - row["churn"]
        + row["fx"]
    )
    verdict = "closes exactly" if total == row["closing"] else f"DOES NOT CLOSE: off by {row['closing'] - total}"
    steps.append(("= closing ARR", row["closing"], row["customers_closing"]))
    lines = [f"ARR bridge of {row['month']:%B %Y} in {row['currency']} ({verdict})"]
    return lines + [
        f"  {name:<17}{_money(amount):>16}" + (f"{customers:>7} customers" if customers is not None else "")
        for name, amount, customers in steps
    ]


def _health(con: Connection) -> list[str]:
    (row,) = rows(
        con,
        "select count(*) filter (where health_band = 'thriving') as thriving, "
        "count(*) filter (where health_band = 'needs_attention') as needs_attention, "
        "count(*) filter (where health_band = 'at_risk') as at_risk, "
        "count(*) filter (where health_band is null) as unscored, "
        "coalesce(sum(arr) filter (where health_band = 'at_risk'), 0) as arr_at_risk, max(currency) as currency "
        "from marts.company_360 where customer_status in ('customer', 'canceled')",
    )
    need = "needs" if row["needs_attention"] == 1 else "need"
    line = f"{row['thriving']} accounts thriving, {row['needs_attention']} {need} attention, {row['at_risk']} at risk"
    line += f" ({_money(row['arr_at_risk'])} {row['currency']} of ARR)"
    return [line + (f"; {row['unscored']} without a score: too little is known" if row["unscored"] else "")]


def _nps(con: Connection) -> list[str]:
    found = rows(
        con, "select * from marts.nps_month where segment = '(all)' and response_count > 0 order by month desc limit 3"
    )
    year = rows(
        con,
        "select s.*, p.window_days from marts.nps_score as s cross join policy.nps as p "
        "where s.span = 'window' and s.segment = '(all)' order by s.month desc limit 1",
    )
    return [
        *(f"NPS {_counted(row)}, each one's last answer of {row['window_days']} days" for row in year),
        *(f"NPS of {row['month']:%B %Y} alone {_counted(row)}" for row in found),
    ]


def _counted(row: dict[str, Any]) -> str:
    return (
        f"{row['nps_score']:.0f} from {row['response_count']} people "
        f"(95 % interval {row['nps_low']:.0f} to {row['nps_high']:.0f}: {row['promoter_count']} promoters, "
        f"{row['passive_count']} passives, {row['detractor_count']} detractors)"
    )


def _churn(con: Connection) -> list[str]:
    found = rows(
        con,
        "select reason, sum(companies_churned) as companies, sum(mrr_churned) as mrr, max(currency) as currency "
        "from marts.churn_month as c join policy.revenue as p on c.policy_id = p.policy_id "
        "where month > (select max(month) from marts.arr_bridge where is_complete) - to_months(?) "
        "group by reason order by mrr desc, reason",
        [CHURN_MONTHS],
    )
    if not found:
        return [f"Nobody left in the last {CHURN_MONTHS} months."]
    listed = "; ".join(
        f"{row['reason'].replace('_', ' ')}: {row['companies']} ({_money(row['mrr'])} a month)" for row in found
    )
    companies = sum(row["companies"] for row in found)
    return [f"Churn in the last {CHURN_MONTHS} months: {companies} companies, in {found[0]['currency']}: {listed}"]


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
