"""A plain table of subscription periods by the mapping that is shipped for it: the movements are told by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.home import Home
from pipelines.rooms import CONNECTORS
from pipelines.warehouse import Connection, open_warehouse
from tests.pipelines.conftest import Drop, take
from tests.pipelines.explained_world import made

MAPPING = CONNECTORS / "files" / "subscription_periods.toml"
WANTED = ("marts.mrr_movement", "intermediate.company_status", "meta.source_row")
PERIODS = """\
Customer,Start,End,Monthly amount
Gap Ltd,2026-01-01,2026-03-31,100.00
Gap Ltd,2026-05-01,,120.00
Swap GmbH,2026-01-10,2026-02-28,50.00
Swap GmbH,2026-03-01,,80.00
Overlap SA,2026-01-01,,100.00
Overlap SA,2026-03-15,2026-05-31,40.00
Gone Inc,2026-02-01,2026-04-30,70.00
Brief Co,2026-03-02,2026-03-30,15.00
Open BV,2026-06-30,9999-12-31,30.50
Later AG,2026-07-15,,10.00
"""
MOVEMENTS = [
    ("Gap Ltd", "2026-01", "new", Decimal(100)),
    ("Gap Ltd", "2026-04", "churn", Decimal(100)),
    ("Gap Ltd", "2026-05", "reactivation", Decimal(120)),
    ("Gone Inc", "2026-02", "new", Decimal(70)),
    ("Gone Inc", "2026-05", "churn", Decimal(70)),
    ("Open BV", "2026-06", "new", Decimal("30.50")),
    ("Overlap SA", "2026-01", "new", Decimal(100)),
    ("Overlap SA", "2026-03", "expansion", Decimal(40)),
    ("Overlap SA", "2026-06", "contraction", Decimal(40)),
    ("Swap GmbH", "2026-01", "new", Decimal(50)),
    ("Swap GmbH", "2026-03", "expansion", Decimal(30)),
]


def movements(con: Connection) -> list[tuple[str, str, str, Decimal]]:
    kinds = ("new", "reactivation", "expansion", "contraction", "churn")
    parts = " union all ".join(
        f"select company_id, month, '{kind}' as kind, {kind} as amount, currency from marts.mrr_movement"
        for kind in kinds
    )
    query = (
        f"select c.name, strftime(p.month, '%Y-%m'), p.kind, p.amount from ({parts}) as p "
        "join objects.company as c on c.company_id = p.company_id "
        "where p.amount <> 0 and p.currency = 'EUR' order by all"
    )
    return con.execute(query).fetchall()


def test_periods_move_as_they_are_written(home: Home, drop: Drop) -> None:
    (home.config / "files.toml").write_text(MAPPING.read_text())
    drop("files/subscription_periods.csv", PERIODS)
    (delivery,) = take(home, "files")
    assert (delivery.resource, delivery.rows_stored, delivery.rows_quarantined) == ("subscription_periods", 10, 0)
    with open_warehouse(home, "a test") as con:
        made(con, home, WANTED)
        assert movements(con) == MOVEMENTS
        last = (
            "select c.name, m.closing from marts.mrr_movement as m join objects.company as c using (company_id) "
            "where m.month = date '2026-06-01' and m.closing > 0 order by all"
        )
        assert con.execute(last).fetchall() == [
            ("Gap Ltd", 120),
            ("Open BV", Decimal("30.5")),
            ("Overlap SA", 100),
            ("Swap GmbH", 80),
        ]
        status = (
            "select c.name, s.customer_status, cast(s.customer_since as varchar), cast(s.customer_to as varchar) "
            "from intermediate.company_status as s join objects.company as c using (company_id) order by all"
        )
        assert con.execute(status).fetchall() == [
            ("Brief Co", "lost", "2026-03-02", "2026-03-31"),
            ("Gap Ltd", "customer", "2026-01-01", None),
            ("Gone Inc", "lost", "2026-02-01", "2026-05-01"),
            ("Later AG", "coming", None, None),
            ("Open BV", "customer", "2026-06-30", "9999-12-31"),
            ("Overlap SA", "customer", "2026-01-01", None),
            ("Swap GmbH", "customer", "2026-01-10", None),
        ]
        places = "select file, line from meta.source_row where object = 'subscription_version' order by line"
        assert con.execute(places).fetchall() == [("subscription_periods.csv", line) for line in range(2, 12)]


@pytest.mark.parametrize("is_told", [True, False])
def test_two_periods_that_begin_together_need_a_key_that_tells_them_apart(
    home: Home, drop: Drop, *, is_told: bool
) -> None:
    mapping = MAPPING.read_text()
    told = mapping.replace('["Customer", "Start"]', '["Customer", "Plan", "Start"]')
    assert told.count('["Customer", "Plan", "Start"]') == 2
    (home.config / "files.toml").write_text(told if is_told else mapping)
    rows = ["Acme,2026-01-01,2026-03-31,100.00,Basic", "Acme,2026-01-01,,25.00,Extra"]
    drop("files/periods.csv", "\n".join(["Customer,Start,End,Monthly amount,Plan", *rows, ""]))
    take(home, "files")
    with open_warehouse(home, "a test") as con:
        made(con, home, WANTED)
        expected = [("Acme", "2026-01", "new", Decimal(125)), ("Acme", "2026-04", "contraction", Decimal(100))]
        assert movements(con) == (expected if is_told else [("Acme", "2026-01", "new", Decimal(25))])
