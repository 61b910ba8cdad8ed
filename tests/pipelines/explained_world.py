"""A world whose revenue comes about in every way there is, kept in a few tables of one's own; no test stands here."""

from __future__ import annotations

from collections.abc import Sequence

from models.policy import loading
from pipelines import publish
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import CONNECTORS, catalogue
from pipelines.schemas import definition, schema_of
from pipelines.sync.ingest import sync
from pipelines.tables import build, checks
from pipelines.warehouse import Connection, open_warehouse
from tests.pipelines import small_world

SOURCES = ("files", "hubspot", "stripe", "zendesk")
TABLES = (
    *("marts.mrr_item", "marts.mrr_movement", "marts.company_month", "marts.company_360", "marts.policy_difference"),
    "meta.source_row",
)
"""What is told of revenue, with what a company is found by."""

PERIODS = (CONNECTORS / "files" / "subscription_periods.toml").read_text()
MAPPING = (
    PERIODS
    + """
[[collection]]
name = "customers"
files = ["customers*"]
key = ["Customer"]
object = "company"
fields.name = "Customer"

[[collection]]
name = "licenses"
files = ["licenses*"]
key = ["No"]

  [[collection.object]]
  object = "subscription"
  fields.company_id = "Customer"
  fields.status = "Status"
  fields.starts_at = "Start"
  fields.ends_at = "End"
  fields.auto_renew = "Renews"
  fields.currency = "Currency"

  [[collection.object]]
  object = "subscription_version"
  fields.subscription_id = "No"
  fields.item = { constant = "license" }
  fields.status = "Status"
  fields.valid_from = "Start"
  fields.quantity = "Seats"
  fields.unit_amount = { header = "Price", decimal = "." }
  fields.currency = "Currency"
  fields.billing_interval = "Every"
  fields.interval_count = { constant = 1 }
  fields.is_metered = { constant = false }

  [[collection.object]]
  object = "subscription_discount"
  key = ["Discount no"]
  fields.subscription_id = "No"
  fields.percent_off = "Off"
  fields.duration = "Discount lasts"
  fields.starts_at = "Start"

[[collection]]
name = "deals"
files = ["deals*"]
key = ["Deal"]

  [[collection.object]]
  object = "opportunity"
  fields.company_id = "Customer"
  fields.title = "Deal"
  fields.status = { constant = "won" }
  fields.stage = { constant = "won" }
  fields.closed_at = "Won"
  fields.mrr = { header = "Monthly", decimal = "." }
  fields.currency = { constant = "EUR" }
  fields.contract_length_months = { constant = 24 }

[[collection]]
name = "papers"
files = ["papers*"]
key = ["Paper"]
object = "contract"

  [collection.fields]
  company_id = "Customer"
  name = "Paper"
  signed_on = "Signed"
  starts_on = "Signed"
  ends_on = "Until"
  contract_value = { header = "Value", decimal = "." }
  currency = { constant = "EUR" }

[[collection]]
name = "bills"
files = ["bills*"]
key = ["Bill"]

  [[collection.object]]
  object = "invoice"
  fields.company_id = "Customer"
  fields.status = { constant = "open" }
  fields.issued_on = "From"
  fields.period_start = "From"
  fields.period_end = { header = "To", is_last_day = true }
  fields.currency = { constant = "EUR" }
  fields.subtotal = { header = "Amount", decimal = "." }
  fields.total = { header = "Amount", decimal = "." }

  [[collection.object]]
  object = "invoice_line"
  key = ["Text"]
  fields.invoice_id = "Bill"
  fields.description = "Text"
  fields.amount = { header = "Amount", decimal = "." }
  fields.currency = { constant = "EUR" }
  fields.period_start = "From"
  fields.period_end = { header = "To", is_last_day = true }

[[collection]]
name = "quotes"
files = ["quotes*"]
key = ["Currency", "Day"]
object = "exchange_rate"

  [collection.fields]
  currency = "Currency"
  quoted_on = "Day"
  units_per_euro = { header = "Units", decimal = "." }
"""
)
FILES = {
    "periods.csv": """\
Customer,Start,End,Monthly amount
Plain Ltd,2026-01-01,2026-04-30,100.00
Plain Ltd,2026-03-01,,25.50
""",
    "customers.csv": "Customer\nDollar Inc\nCheap BV\nWon AG\nBilled SA\nGoes on KG\nRuns out AB\nSigned SpA\n",
    "licenses.csv": """\
No,Customer,Start,Seats,Price,Currency,Every,Status,Discount no,Off,Discount lasts,End,Renews
L-1,Dollar Inc,2026-02-01,3,1000.00,USD,year,active,,,,,
L-2,Cheap BV,2026-02-01,2,90.00,EUR,month,active,D-1,10,forever,,
L-3,Cheap BV,2026-03-01,1,30.00,EUR,week,past_due,D-2,50,repeating,,
L-4,Cheap BV,2026-03-01,1,44.00,EUR,month,paused,,,,,
L-5,Dollar Inc,2026-04-01,1,100.00,EUR,month,active,,,,,
L-6,Goes on KG,2025-05-15,1,60.00,EUR,month,active,,,,2026-05-15,true
L-7,Runs out AB,2025-07-05,1,70.00,EUR,month,active,,,,2026-07-05,false
""",
    "deals.csv": "Deal,Customer,Won,Monthly\nBig deal,Won AG,2026-02-10,250.00\n",
    "papers.csv": "Paper,Customer,Signed,Until,Value\nFrame contract,Signed SpA,2026-02-01,2027-02-01,2400.00\n",
    "bills.csv": """\
Bill,Customer,From,To,Amount,Text
B-1,Billed SA,2026-01-01,2026-12-31,1200.00,A year of service
B-2,Billed SA,2026-05-01,2026-07-31,90.00,
B-3,Plain Ltd,2026-01-01,2026-06-30,450.00,Half a year of Plain
""",
    "quotes.csv": """\
Currency,Day,Units
USD,2026-02-27,1.1000
USD,2026-03-30,1.1000
USD,2026-04-29,1.1000
USD,2026-05-29,1.2500
USD,2026-06-29,1.2000
""",
}
COMPARED = '["stripe", "chartmogul", "planhat"]'


def published(home: Home) -> None:
    """Put the small world and these files into a home, by the main rules and all shipped ones; build and publish it."""
    home.create(list(SOURCES))
    home.prepare_environment()
    main = (loading.HERE / "revenue.toml").read_text()
    assert "compared = []" in main
    (home.config / "revenue.toml").write_text(main.replace("compared = []", f"compared = {COMPARED}"))
    (home.config / "files.toml").write_text(MAPPING)
    for name, text in {**small_world.files(), **{f"files/{name}": text for name, text in FILES.items()}}.items():
        (home.inbox / name).write_text(text)
    taken = sync(home, list(SOURCES), small_world.DELIVERED_AT, lambda _: None)
    assert [one.file for one in taken[0].deliveries if one.rows_quarantined] == []
    with open_warehouse(home, "a test") as con:
        made(con, home, TABLES)
        assert [name for name in TABLES if not checks.check_schema(con, name).holds] == []
        restatement = schema_of("marts.restatement")
        assert restatement is not None
        con.execute(f"create table marts.restatement ({definition(restatement)})").fetchall()
        publish.publish_file(con, home.snapshot)


def made(con: Connection, home: Home, tables: Sequence[str]) -> None:
    """Make tables and all that they are made from."""
    build.prepare(con, home, as_of_instant(small_world.LAST_DAY))
    known, needed, edge = catalogue(), set[str](), list(tables)
    while edge:
        name = edge.pop()
        if name not in needed and name in known and known[name].kind != "raw":
            needed.add(name)
            edge += known[name].reads
    wanted = build.fingerprints(con)
    for name in (name for name in known if name in needed):
        build.build(con, known[name], wanted[name])
