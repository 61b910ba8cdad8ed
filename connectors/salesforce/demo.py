"""The demo's Salesforce: writes the weekly data exports of the bought unit, with the quirks such exports have.

What happened is the world's (`models/demo`); how one record looks is in `demo_shapes` and `demo_work`. The quirks: the
first archive has older versions of some accounts and contacts and one account that was made on a day that never was;
the second, of the week after, has everything that changed since, and one file of it comes a second time by itself.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl

from connectors.salesforce import demo_shapes, demo_work
from connectors.salesforce.demo_shapes import Line, Row, World, record_id

ORG = "00DLU0000000000001"
IMPOSSIBLE = "001LU9900000000002"
"""The account that is broken on purpose; no real record has its id."""
MADE = (2026, 7, 1, 2, 0, 0)


def write_exports(world: World, folder: Path, seed: int) -> None:
    """Write two archives and one loose file to `folder`, which must exist; the same world and seed, the same bytes.

    Salesforce knows the companies with `crm` salesforce, their contacts, deals and contracts, and what was noted there.
    """
    rng = Random(f"salesforce {seed}")
    tables = _tables(_part(world))
    accounts, contacts = tables["Account"], tables["Contact"]
    old = {"Account": _earlier(accounts, rng, "BillingCity"), "Contact": _earlier(contacts, rng, "Title")}
    changed = {name: [row for row in tables[name] if row["Id"] in old[name]] for name in old}
    first = tables | {name: [old[name].get(row["Id"], row) for row in tables[name]] for name in old}
    first["Account"].insert(len(accounts) // 2, _impossible(accounts[0]))
    first["Contact"].append(first["Contact"][0])
    _archive(folder / f"WE_{ORG}_1.ZIP", first)
    _archive(folder / f"WE_{ORG}_2.ZIP", {name: rows for name, rows in changed.items() if rows})
    (folder / "contact_2.csv").write_bytes(_table(contacts))


def _part(world: World) -> dict[str, pl.DataFrame]:
    """The world as far as Salesforce knows it: rows of other units' companies and systems are left out."""
    companies = world["company_spellings"].filter(pl.col("system") == "salesforce").sort("record_no")
    ours = pl.col("company_no").is_in(companies["company_no"].implode())
    part = {name: world[name] for name in ("team_members", "products", "prices", "communication_preferences")}
    part["companies"] = companies
    part["contacts"] = world["contact_spellings"].filter(pl.col("system") == "salesforce").sort("record_no")
    for name, key in (("deals", "deal_no"), ("contracts", "contract_no")):
        part[name] = world[name].filter(ours).sort(key)
    for name, key in (("appointments", "appointment_no"), ("tasks", "task_no"), ("notes", "note_no")):
        part[name] = world[name].filter(pl.col("system") == "salesforce").sort(key)
    for name, key in (("deal_stages", "deals"), ("deal_contacts", "deals"), ("appointment_attendees", "appointments")):
        number = f"{key.removesuffix('s')}_no"
        part[name] = world[name].filter(pl.col(number).is_in(part[key][number].implode()))
    return part


def _tables(world: World) -> dict[str, list[Line]]:
    """The files of an export by the name of their object; an object without records has none."""
    contracts = {row["deal_no"]: row["contract_no"] for row in world["contracts"].to_dicts()}
    wishes: dict[int, list[Row]] = {}
    for row in world["communication_preferences"].to_dicts():
        wishes.setdefault(row["contact_no"], []).append(row)
    owners = dict(world["companies"].select("company_no", "owner_no").iter_rows())
    made = {
        "User": [demo_shapes.user(row) for row in world["team_members"].to_dicts()],
        "Account": [demo_shapes.account(row) for row in world["companies"].to_dicts()],
        "Contact": [
            demo_shapes.contact(row, owners[row["company_no"]], wishes.get(row["contact_no"], ()))
            for row in world["contacts"].to_dicts()
        ],
        "AccountContactRelation": demo_shapes.jobs(world),
        "Product2": demo_shapes.products(world),
        "PricebookEntry": demo_shapes.prices(world),
        "Opportunity": [demo_shapes.deal(row, contracts.get(row["deal_no"])) for row in world["deals"].to_dicts()],
        "OpportunityHistory": demo_shapes.stages(world),
        "OpportunityContactRole": demo_shapes.roles(world),
        "OpportunityLineItem": demo_shapes.lines(world),
        "Contract": [demo_work.contract(row, owners[row["company_no"]]) for row in world["contracts"].to_dicts()],
        "Event": [demo_work.event(row) for row in world["appointments"].to_dicts()],
        "EventRelation": demo_work.guests(world),
        "Task": [demo_work.task(row) for row in world["tasks"].to_dicts()],
        "Note": [demo_work.note(row) for row in world["notes"].to_dicts()],
    }
    return {name: rows for name, rows in made.items() if rows}


def _earlier(rows: Sequence[Line], rng: Random, field: str) -> dict[str, Line]:
    """Older versions of up to six records, by id: a value was wrong then."""
    versions = {}
    for row in rng.sample(rows, min(6, len(rows))):
        at = datetime.fromisoformat(row["SystemModstamp"]).replace(tzinfo=None) - timedelta(days=2)
        wrong = {field: row[field].upper() or "?", "SystemModstamp": demo_shapes.instant(at)}
        versions[row["Id"]] = row | wrong | {"LastModifiedDate": demo_shapes.instant(at)}
    return versions


def _impossible(like: Line) -> Line:
    """An account that was created on a day that never was."""
    values = {"Id": IMPOSSIBLE, "Name": "Thirtieth of February", "CreatedDate": "2025-02-30T10:00:00.000Z"}
    stamp = {"SystemModstamp": "2025-03-01T10:00:00.000Z", "IsDeleted": "0", "OwnerId": record_id("005", 1)}
    return dict.fromkeys(like, "") | values | stamp


def _archive(path: Path, tables: Mapping[str, Iterable[Line]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.csv", MADE), _table(list(rows)), zipfile.ZIP_DEFLATED)


def _table(rows: Sequence[Line]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
