"""The log of changes: what each kind of change is called in plain English, and whose change it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from pipelines.rooms import MERGED, catalogue
from pipelines.schemas import columns_of, definition, schema_of
from pipelines.tables import changes
from tests.models import databases

HISTORIES = ("company", "contact", "job_role", "subscription", "ticket", "contract", "task")
FIRST, SECOND, THIRD = datetime(2026, 1, 5), datetime(2026, 3, 1, 14, 5), datetime(2026, 4, 2)


class Kept:
    """A warehouse with nothing but objects and their histories, made by hand."""

    def __init__(self) -> None:
        self.con = databases.fresh()
        for room in ("objects", "history", "version", "identity", "meta"):
            self.con.execute(f"create schema {room}").fetchall()
        self.con.execute(
            "create table meta.delivery (sha256 varchar, source varchar, file varchar, delivered_at timestamp, "
            "arrival bigint)"
        ).fetchall()
        for name in (*HISTORIES, "team_member", "product"):
            self.con.execute(f"create table objects.{name} ({self.columns(name)})").fetchall()
        for name in HISTORIES:
            told = f"{self.columns(name)}, known_from timestamp, known_to timestamp, _row_id varchar"
            self.con.execute(f"create table version.{name} ({told})").fetchall()
            times = "valid_from timestamp, valid_to timestamp, known_from timestamp"
            self.con.execute(f"create table history.{name} ({self.columns(name)}, {times})").fetchall()
        for name in MERGED:
            link = f"source_key varchar, source_system varchar, source_record_id varchar, {name}_id varchar"
            self.con.execute(f"create table identity.{name}_link ({link})").fetchall()

    @staticmethod
    def columns(name: str) -> str:
        """The columns of an object, none of them required: the tests fill what they are about."""
        schema = schema_of(f"objects.{name}")
        assert schema is not None
        return definition(schema).replace(" not null", "")

    def there(self, name: str, /, **fields: Any) -> None:
        """An object as it is now, for what refers to it."""
        self._insert(f"objects.{name}", {f"{name}_id": fields.pop("id"), **fields})

    def since(self, at: datetime, name: str, key: str, /, **fields: Any) -> None:
        """An object as it is since an instant: what it was before, and these fields."""
        self.until(at, name, key)
        before = self.con.execute(
            f"select * from history.{name} where {name}_id = ? order by valid_from desc limit 1", [key]
        )
        names = [column[0] for column in before.description or []]
        kept = dict(zip(names, (before.fetchall() or [(None,) * len(names)])[0], strict=True))
        origin = {"source_system": "crm", "source_record_id": key, f"{name}_id": key}
        self._insert(
            f"history.{name}", {**kept, **origin, "valid_from": at, "valid_to": None, "known_from": at, **fields}
        )

    def until(self, at: datetime, name: str, key: str) -> None:
        """The end of what an object is."""
        self.con.execute(f"update history.{name} set valid_to = ? where {name}_id = ? and valid_to is null", [at, key])

    def told_by(self, name: str, key: str, at: datetime, row_id: str) -> None:
        """The row of a file that told of an object what is known from an instant."""
        row = {"source_system": "crm", "source_record_id": key, "known_from": at, "_row_id": row_id}
        self._insert(f"version.{name}", row)

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        names = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" for _ in row)
        self.con.execute(f"insert into {table} ({names}) values ({marks})", list(row.values())).fetchall()

    def log(self, columns: str = "sentence", where: str = "field <> '(record)'") -> list[Any]:
        """What is told, in the order of time."""
        changes.build(self.con)
        found = self.con.execute(f"select {columns} from history.change where {where} order by changed_at, sentence")
        return [row[0] if len(row) == 1 else row for row in found.fetchall()]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setattr(changes, "objects", lambda: list(HISTORIES))
    made = Kept()
    made.there("team_member", id="m1", name="Mia Berg")
    made.there("team_member", id="m2", name="Jon Doe")
    made.there("company", id="c1", name="Harbour & Finch")
    made.there("company", id="c2", name="Pellworm Energie")
    made.there("contact", id="p1", name="Ada Smith")
    made.there("product", id="x1", name="Team")
    made.there("job_role", id="j1", contact_id="p1", company_id="c1", is_primary=True)
    yield made
    made.con.close()


# object, what it was, what it is, and how that is told
SPOKEN = [
    # Texts stand in quotes, a person's job is told of the person.
    ("job_role", {"job_title": "CFO"}, {"job_title": "CEO"},
     'Contact Ada Smith: job title changed from "CFO" to "CEO".'),
    ("job_role", {"job_title": None}, {"job_title": "CEO"}, 'Contact Ada Smith: job title set to "CEO".'),
    ("job_role", {"job_title": "CFO"}, {"job_title": None}, 'Contact Ada Smith: job title cleared (before: "CFO").'),
    ("company", {"name": "Acme", "city": "Bonn"}, {"city": "Bonn\n  am   Rhein"},
     'Company Acme: city changed from "Bonn" to "Bonn am Rhein".'),
    # A thing is called by the name it had before.
    ("company", {"name": "Acme"}, {"name": "Acme AG"}, 'Company Acme: name changed from "Acme" to "Acme AG".'),
    # Whom a reference means is said by name; what has no name, by its id.
    ("company", {"name": "Acme", "owner_id": "m1"}, {"owner_id": "m2"},
     "Company Acme: owner changed from Mia Berg to Jon Doe."),
    ("subscription", {"product_id": None}, {"product_id": "x1"}, "Subscription id1: product set to Team."),
    ("subscription", {"contract_id": "k1"}, {"contract_id": "k2"}, "Subscription id1: contract changed from k1 to k2."),
    # Money with its currency, numbers as people write them.
    ("subscription", {"value": 1200, "currency": "EUR"}, {"value": "2400.5"},
     "Subscription id1: value changed from 1,200.00 EUR to 2,400.50 EUR."),
    ("company", {"name": "Acme", "employee_count": 980}, {"employee_count": 1020},
     "Company Acme: employee count changed from 980 to 1,020."),
    ("contract", {"name": "Frame", "sla_uptime_percent": "99.9"}, {"sla_uptime_percent": "99.95"},
     'Contract "Frame": SLA uptime percent changed from 99.9 to 99.95.'),
    # Days and instants as dates, the time of day where there is one.
    ("contract", {"name": "Frame", "ends_on": "2026-03-01"}, {"ends_on": "2026-12-31"},
     'Contract "Frame": end date changed from 1 Mar 2026 to 31 Dec 2026.'),
    ("subscription", {"cancel_at": None}, {"cancel_at": "2026-06-30 22:00:00"},
     "Subscription id1: cancel date set to 30 Jun 2026 22:00 UTC."),
    # Flags are yes or no, words of a list of ours are plain words.
    ("subscription", {"auto_renew": True}, {"auto_renew": False},
     "Subscription id1: auto renew changed from yes to no."),
    ("ticket", {"subject": "Where is it?", "is_expansion_signal": None}, {"is_expansion_signal": True},
     'Ticket "Where is it?": expansion signal set to yes.'),
    ("subscription", {"status": "active"}, {"status": "past_due"},
     "Subscription id1: status changed from active to past due."),
    # Of lists, what came and what went.
    ("contact", {"name": "Ada Smith", "tags": "vip;board"}, {"tags": "board; speaker; press"},
     'Contact Ada Smith: tags: "speaker", "press" were added, "vip" was removed.'),
    ("contact", {"name": "Ada Smith", "tags": "vip;board"}, {"tags": "board;vip"},
     "Contact Ada Smith: tags put in another order."),
    ("contact", {"name": "Ada Smith", "tags": None}, {"tags": "vip"}, 'Contact Ada Smith: tags: "vip" was added.'),
    # Documents only that they changed; long texts are cut short.
    ("task", {"description": "Kick-off", "checklist": "[1]"}, {"checklist": "[2]"},
     'Task "Kick-off": checklist changed.'),
    ("contract", {"name": "Frame", "terms_text": None}, {"terms_text": "word " * 40},
     'Contract "Frame": terms text set to "' + "word " * 15 + 'wo ...".'),
    # A record as a whole.
    ("company", {"name": "Acme", "source_deleted_at": None}, {"source_deleted_at": SECOND},
     "Company Acme was deleted at the source."),
    ("company", {"name": "Acme", "source_deleted_at": FIRST}, {"source_deleted_at": None},
     "Company Acme is there again at the source."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after", "sentence"), SPOKEN, ids=[said for *_, said in SPOKEN])
def test_a_change_in_plain_english(
    kept: Kept, name: str, before: dict[str, Any], after: dict[str, Any], sentence: str
) -> None:
    whose = {"job_role": {"contact_id": "p1", "company_id": "c1"}}.get(name, {})
    kept.since(FIRST, name, "id1", **whose, **before)
    kept.since(SECOND, name, "id1", **after)
    assert kept.log(where=f"changed_at = '{SECOND}'") == [sentence]


def test_a_new_record_is_told_once_and_not_field_by_field(kept: Kept) -> None:
    kept.since(FIRST, "company", "c9", name="Acme", city="Bonn", owner_id="m1")
    kept.since(FIRST, "job_role", "j9", contact_id="p1", company_id="c1", job_title="CFO")
    kept.since(FIRST, "subscription", "s9", company_id="c1")
    assert kept.log(where="true") == [
        "Company Acme was added.",
        "Contact Ada Smith: job role was added.",
        "Subscription s9 was added.",
    ]


def test_only_what_changed_and_no_bookkeeping(kept: Kept) -> None:
    kept.since(FIRST, "company", "c9", name="Acme", city="Bonn", industry="Shipping")
    kept.since(SECOND, "company", "c9", updated_at=SECOND, loaded_at=SECOND, custom='{"a": 1}', external_id="x:1")
    kept.since(THIRD, "company", "c9", city="Kiel", industry=None, updated_at=THIRD)
    told = kept.log("field, old_value, new_value, changed_at, loaded_at, source_key")
    assert told == [
        ("city", "Bonn", "Kiel", THIRD, THIRD, "crm:c9"),
        ("industry", "Shipping", None, THIRD, THIRD, "crm:c9"),
    ]


def test_what_its_source_gives_no_more_and_then_again(kept: Kept) -> None:
    kept.since(FIRST, "job_role", "j9", contact_id="p1", company_id="c1", job_title="CFO")
    kept.until(SECOND, "job_role", "j9")
    kept.since(THIRD, "job_role", "j9", job_title="CEO")
    assert kept.log("changed_at, sentence", where="true") == [
        (FIRST, "Contact Ada Smith: job role was added."),
        (SECOND, "Contact Ada Smith: job role was deleted at the source."),
        (THIRD, "Contact Ada Smith: job role is there again at the source."),
        (THIRD, 'Contact Ada Smith: job title changed from "CFO" to "CEO".'),
    ]


def test_the_place_in_the_file_that_told_it(kept: Kept) -> None:
    """Of a merged thing, the record that told it, which may be another one than the best."""
    kept.con.execute("insert into meta.delivery values ('sha', 'crm', 'crm/companies.csv', null, 1)").fetchall()
    kept.con.execute("insert into identity.company_link values ('crm:7', 'crm', '7', 'billing:1')").fetchall()
    kept.since(FIRST, "company", "billing:1", name="Acme")
    kept.since(SECOND, "company", "billing:1", name="Acme AG")
    kept.told_by("company", "7", SECOND, "sha:12")
    kept.since(FIRST, "subscription", "s9", value=1, currency="EUR")
    kept.since(SECOND, "subscription", "s9", value=2)
    kept.told_by("subscription", "s9", SECOND, "sha:13")
    assert kept.log("object, source_key, file, line") == [
        ("company", "crm:7", "crm/companies.csv", 12),
        ("subscription", "crm:s9", "crm/companies.csv", 13),
    ]


def test_whose_change_it_is(kept: Kept) -> None:
    """Its own company, else its person's main one, else that of what it is part of."""
    kept.since(FIRST, "company", "c1", name="Harbour & Finch")
    kept.since(FIRST, "contact", "p1", name="Ada Smith")
    kept.since(FIRST, "ticket", "t1", subject="Help", company_id="c2", requester_id="p1")
    told = kept.log("object, company_id, contact_id", where="true")
    assert sorted(told) == [("company", "c1", None), ("contact", "c1", "p1"), ("ticket", "c2", None)]


def test_every_object_has_words_for_every_field(kept: Kept) -> None:
    """No name of a column shows through, and no two fields of an object are called the same."""
    for table in catalogue().values():
        if table.name.startswith("objects."):
            made = changes.shape(table.object_name)
            labels = [said.label for said in made.told.values()]
            assert all(label and "_" not in label for label in labels), made.name
            doubled = {label for label in labels if labels.count(label) > 1}
            assert not doubled, f"{made.name}: {doubled}"


def test_the_log_is_marked_as_personal() -> None:
    schema = schema_of("history.change")
    assert schema is not None
    assert {column.name for column in columns_of(schema) if column.personal} >= {"sentence", "old_value", "new_value"}
