"""A workspace with fields and an object of its own, synced, built and published once for all tests that look at it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipelines import declarations, publish
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.sync.ingest import sync
from pipelines.tables import build, checks
from pipelines.warehouse import Connection, open_warehouse

CUSTOM = """\
[[field]]
object = "company"
name = "plan"
type = "enum"
values = ["basic", "plus"]
description = "Plan the company is on"
from = { hubspot = "plan__c", zendesk = "organization_fields.plan" }
required = true

[[field]]
object = "company"
name = "list_price"
type = "money"
currency = "currency"
description = "What it would pay at list price."

[[field]]
object = "company"
name = "seats"
type = "whole"
description = "Seats."

[[field]]
object = "company"
name = "usage_share"
type = "number"
description = "Share of the seats in use."

[[field]]
object = "company"
name = "is_reference"
type = "flag"
description = "True when it may be named."

[[field]]
object = "company"
name = "visited_on"
type = "day"
description = "Last visit."

[[field]]
object = "company"
name = "scored_at"
type = "instant"
description = "When it was scored."

[[field]]
object = "company"
name = "interests"
type = "list"
description = "What it asked about."

[[field]]
object = "company"
name = "scores"
type = "json"
description = "Scores by theme."

[[field]]
object = "company"
name = "nickname"
type = "text"
description = "What we call it."
personal = true

[[object]]
name = "machine"
description = "One machine we delivered."

  [[object.field]]
  name = "serial_number"
  type = "text"
  key = true
  description = "Serial number."

  [[object.field]]
  name = "company_id"
  type = "text"
  references = "company"
  required = true
  description = "Where it stands."

  [[object.field]]
  name = "spare_for_id"
  type = "text"
  references = "machine"
  description = "The machine it replaces when that breaks."
"""
FILES = """\
[[collection]]
name = "machines"
files = ["machines*"]
key = ["No"]
object = "machine"

  [collection.fields]
  serial_number = "No"
  company_id = "Customer"
  spare_for_id = { header = "Spare for", optional = true }
"""
HEADER = (
    "Record ID,Company name,Company Domain Name,Create Date,Last Modified Date,plan__c,list_price,seats,usage_share,"
    "is_reference,visited_on,scored_at,interests,scores,nickname,Favourite colour"
)
GOOD = (
    "1,Acme,acme.example,2025-01-01,2026-01-01,plus,12.50,3,0.125,true,2026-05-04,2026-05-04T10:00:00+02:00,"
    'GPS; cold start,"{""a"": 1}",Ace,red'
)
BAD = "2,Beta,beta.example,2025-01-01,2026-01-01,gold,much,2.5,half,perhaps,04/05/2026,soon,,{,,blue"
LACKS = "3,Gamma,gamma.example,2025-01-01,2026-01-01,,,,,,,,,,,"
ORGANIZATION = (
    '{"organizations": [{"id": 9, "name": "Delta", "shared_tickets": false, '
    '"created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z", '
    '"organization_fields": {"plan": "basic"}}]}'
)
NAMES = ("objects.company", "objects.machine", "objects.company_domain")


def make(con: Connection, home: Home, names: tuple[str, ...] = NAMES) -> list[str]:
    """Build what is stale of these tables and of all they are made from; return the names."""
    build.prepare(con, home, as_of_instant(date(2026, 6, 30)))
    needed: set[str] = set()
    waiting = [name for name in names if name in catalogue()]
    while waiting:
        name = waiting.pop()
        if name not in needed and name in catalogue():
            needed.add(name)
            waiting += catalogue()[name].reads
    stale = [table for table in build.stale(con) if table.name in needed]
    wanted = build.fingerprints(con)
    for table in stale:
        build.build(con, table, wanted[table.name])
    return [table.name for table in stale]


def rows(con: Connection, query: str) -> list[dict[str, Any]]:
    return con.sql(query).pl().to_dicts()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The workspace's home. No test may change it."""
    home = Home(tmp_path_factory.mktemp("custom") / "home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("RAPPORT_HOME", "DAGSTER_HOME", "DLT_DATA_DIR", "RUNTIME__DLTHUB_TELEMETRY"):
            patch.setenv(name, "")
        home.create(["hubspot", "zendesk", "files"])
        home.prepare_environment()
        (home.config / "custom.toml").write_text(CUSTOM)
        (home.config / "files.toml").write_text(FILES)
        (home.inbox / "hubspot" / "companies.csv").write_text("\n".join([HEADER, GOOD, BAD, LACKS, ""]))
        (home.inbox / "zendesk" / "organizations.json").write_text(ORGANIZATION)
        machines = "No,Customer,Spare for\nM-1,acme.example,\nM-2,hubspot:1,M-1\nM-3,nobody.example,\n"
        (home.inbox / "files" / "machines.csv").write_text(machines)
        sync(home, ["hubspot", "zendesk", "files"], None, lambda _: None)
        with open_warehouse(home, "a test") as con:
            make(con, home)
            for name in NAMES:
                assert checks.check_schema(con, name).holds, name
            publish.publish(con, home)
    declarations.use(None)
    return home
