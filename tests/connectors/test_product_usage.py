"""The product's calls and tables: who is who, what is use and what a signal; calls sent twice, calls without ids."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.product_usage.demo import write_exports
from models.demo.world import make_world
from pipelines.rooms import CONNECTORS
from tests.connectors.conftest import Delivered, Judged, Staged

FOLDER = CONNECTORS / "product_usage"
SAMPLE = FOLDER / "sample"


def rows_of(judged: Judged, name: str, folder: Path = SAMPLE) -> dict[str, dict[str, object]]:
    return {row["source_record_id"]: row for row in judged("product_usage", name, folder)[0].to_dicts()}


def call(kind: str, no: int, at: str = "2026-03-01T10:00:00Z", **said: object) -> str:
    return json.dumps({"type": kind, "messageId": f"m{no}", "timestamp": at, **said})


def test_each_file_is_what_its_columns_say(delivered: Delivered) -> None:
    brought = {
        (delivery.file, delivery.resource): (delivery.rows_stored, delivery.rows_quarantined)
        for delivery in delivered("product_usage", SAMPLE)
    }
    assert brought == {
        ("accounts.csv", "accounts"): (1, 0),
        ("broken calls.jsonl", "_file"): (0, 2),
        ("broken calls.jsonl", "tracks"): (2, 0),
        ("collector-batch.json", "tracks"): (2, 0),
        ("metric readings.csv", "metric_readings"): (4, 0),
        ("page views.csv", "page_views"): (1, 0),
        ("product events 2026-03.csv", "events"): (4, 0),
        ("segment-logs/1772323200000.jsonl", "aliases"): (1, 0),
        ("segment-logs/1772323200000.jsonl", "groups"): (1, 0),
        ("segment-logs/1772323200000.jsonl", "identifies"): (4, 0),
        ("segment-logs/1772323200000.jsonl", "pages"): (3, 0),
        ("segment-logs/1772323200000.jsonl", "screens"): (1, 0),
        ("segment-logs/1772323200000.jsonl", "tracks"): (5, 0),
        ("tracks.parquet", "events"): (2, 0),
        ("users.csv", "users"): (2, 0),
    }


def test_users_have_the_newest_of_each_trait(judged: Judged) -> None:
    users = rows_of(judged, "product_user")
    assert {key: (user["contact_id"], user["company_id"], user["email"]) for key, user in users.items()} == {
        "usr_901": ("usr_901", "acct_501", "marta@harbourline.example"),
        "usr_902": ("usr_902", "acct_502", "tom@brightfold.example"),
        "usr_903": (None, None, None),
        "usr_904": ("usr_904", "acct_503", "chidi.okafor@northpane.example"),
        "usr_905": ("usr_905", "acct_503", "nina@northpane.example"),
    }
    assert (users["usr_901"]["name"], users["usr_901"]["plan"], users["usr_901"]["status"]) == (
        "Marta Nowak",
        "Team",
        "active",
    )
    assert users["usr_901"]["signed_up_at"] == datetime(2026, 3, 4, 7, 58, 12)
    assert users["usr_904"]["signed_up_at"] == datetime(2026, 2, 2, 2, 40)  # 1770000000 seconds


def test_people_and_companies_are_known_by_address_and_domain(judged: Judged, staged: Staged) -> None:
    people = staged("product_usage", "contact", SAMPLE)
    assert dict(people.select("source_record_id", "name").iter_rows()) == {
        "piet@vandijk.example": "Piet van Dijk",
        "usr_901": "Marta Nowak",
        "usr_902": "Tom Baker",
        "usr_904": "Chidi Okafor",
        "usr_905": "Nina Berg",
    }
    addresses = staged("product_usage", "contact_email", SAMPLE)
    assert set(addresses["contact_id"]) == set(people["source_record_id"])
    companies = rows_of(judged, "company")
    assert {key: (company["name"], company["external_id"]) for key, company in companies.items()} == {
        "acct_501": ("Harbourline", "hubspot:10000000501"),
        "acct_502": ("Brightfold", None),
        "acct_503": ("Northpane", "salesforce:001LU0000000000503"),
    }
    assert [companies[key]["employee_count"] for key in sorted(companies)] == [240, None, 1200]
    domains = staged("product_usage", "company_domain", SAMPLE)
    assert domains["domain"].to_list() == ["harbourline.example", "brightfold.example", "northpane.example"]
    roles = rows_of(judged, "job_role")
    assert set(roles) == {"usr_901:acct_501", "usr_902:acct_502", "usr_904:acct_503", "usr_905:acct_503"}
    assert roles["usr_901:acct_501"]["job_title"] == "Head of Operations"


def test_visitors_become_somebody(judged: Judged) -> None:
    visitors = rows_of(judged, "visitor")
    assert {key: (row["contact_id"], row["product_user_id"]) for key, row in visitors.items()} == {
        "5tranger-0001": (None, None),
        "8f1c1d3e-harbour:marta@harbourline.example": ("marta@harbourline.example", None),
        "8f1c1d3e-harbour:usr_901": ("usr_901", "usr_901"),
        "c0ffee00-bright:usr_902": ("usr_902", "usr_902"),
        "n3wsletter-01:piet@vandijk.example": ("piet@vandijk.example", None),
        "phone-77:usr_901": ("usr_901", "usr_901"),
    }
    assert visitors["8f1c1d3e-harbour:usr_901"]["identified_at"] == datetime(2026, 3, 4, 8, 0, 0, 100_000)
    assert visitors["5tranger-0001"]["identified_at"] is None


def test_use_and_signals_are_told_apart_by_name(judged: Judged) -> None:
    use = rows_of(judged, "usage_event")
    assert sorted(str(row["event_name"]) for row in use.values()) == [
        "Board Created",
        "Board Viewed",
        "Card Moved",
        "Report Exported",
        "Report Exported",
        "Signed In",
        "Viewed Inbox screen",
        "card_moved",
        "card_moved",
        "signed_in",
    ]
    assert use["ajs-next-0007"]["weight"] == Decimal("2.5")
    assert (use["ajs-next-0007"]["company_id"], use["ajs-next-0007"]["product_user_id"]) == ("acct_501", "usr_901")
    signals = judged("product_usage", "signal", SAMPLE)[0]
    assert dict(signals.select("title", "signal_type").iter_rows()) == {
        "Pricing – Lumenly": "page_view",
        "How Heronford rolled out boards": "content_view",
        "Boards": "page_view",
        "How do I export all data?": "content_view",
        "Ask for a demonstration": "form_fill",
        "Security white paper": "download",
        "Five stars on a review site": "review",
        "webinar_registered": "event_registration",
    }
    pricing = signals.row(by_predicate=pl.col("title") == "Pricing – Lumenly", named=True)
    assert (pricing["campaign"], pricing["anonymous_id"], pricing["contact_id"]) == (
        "search-brand",
        "8f1c1d3e-harbour",
        None,
    )


def test_what_cannot_be_placed_in_time_is_set_aside(judged: Judged) -> None:
    _, reasons = judged("product_usage", "usage_event", SAMPLE)
    assert reasons == ['occurred_at: "yesterday" is not a date and time such as 2026-03-31T14:05:00Z']


def test_readings_name_what_was_measured(judged: Judged) -> None:
    readings = judged("product_usage", "metric_reading", SAMPLE)[0]
    said = readings.select("subject_type", "company_id", "asset_id", "project_id", "metric", "value").rows()
    assert said == [
        ("asset", None, "planhat:0a0000000000000000000001", None, "uptime", Decimal("99.95")),
        ("company", "acct_501", None, None, "seats_used", Decimal("42")),
        ("company", "acct_503", None, None, "storage", Decimal("1250.75")),
        ("project", None, None, "planhat:0b0000000000000000000001", "hours", Decimal("12.5")),
    ]


def test_both_mappings_list_the_same_names() -> None:
    use, signal = (
        re.sub(r"'\s*\|\|\s*'", "", (FOLDER / f"{name}.sql").read_text()) for name in ("usage_event", "signal")
    )
    named = re.findall(r"when regexp_matches\(s\.word, '\^\((.*)\)\$'\) then", signal)
    assert len(named) == 13
    assert f"'^({'|'.join(named)})$'" in use


def test_a_call_sent_twice_is_one_and_acts_without_ids_are_counted(judged: Judged, tmp_path: Path) -> None:
    moved = {"type": "track", "event": "Card Moved", "userId": "u1"}
    lines = [
        call("track", 1, event="Board Created", userId="u1", receivedAt="2026-03-01T10:00:01Z"),
        call("track", 1, event="Board Created", userId="u1", receivedAt="2026-03-01T10:20:00Z"),
        json.dumps(moved | {"timestamp": "2026-03-01T11:00:00Z"}),
        json.dumps(moved | {"originalTimestamp": "2026-03-01T12:00:00Z"}),
        json.dumps(moved | {"receivedAt": "2026-03-01T13:00:00Z"}),
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    # the same acts once more, in a later file
    (tmp_path / "b.jsonl").write_text("\n".join(lines[1:3]))
    rows, reasons = judged("product_usage", "usage_event", tmp_path)
    assert reasons == []
    assert sorted(rows["occurred_at"].dt.hour()) == [10, 11, 12, 13]


def test_an_address_belongs_to_the_user_once_there_is_one(judged: Judged, tmp_path: Path) -> None:
    lines = [
        call("identify", 1, anonymousId="b1", traits={"email": "Old@x.example"}),
        call("identify", 2, "2026-03-02T10:00:00Z", userId="u1", traits={"email": "old@x.example", "name": "Ann"}),
        call("identify", 3, "2026-03-03T10:00:00Z", userId="u1", traits={"email": "new@x.example"}),
        call("identify", 4, userId="u2", traits={"email": "no address", "status": "vip"}),
    ]
    (tmp_path / "calls.jsonl").write_text("\n".join(lines))
    assert {key: row["name"] for key, row in rows_of(judged, "contact", tmp_path).items()} == {"u1": "Ann"}
    addresses = rows_of(judged, "contact_email", tmp_path)
    assert {key: row["is_primary"] for key, row in addresses.items()} == {
        "u1:new@x.example": True,
        "u1:old@x.example": False,
    }
    users = rows_of(judged, "product_user", tmp_path)
    assert users["u1"]["email"] == "new@x.example"
    assert (users["u2"]["contact_id"], users["u2"]["status"]) == (None, None)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, pl.DataFrame], Path]:
    world = make_world(seed=5, companies=40, months=18, as_of=datetime(2026, 7, 1))
    folder = tmp_path_factory.mktemp("usage")
    write_exports(world, folder, 5)
    return world, folder


def test_the_demos_logs_give_the_worlds_use(demo: tuple[dict[str, pl.DataFrame], Path], judged: Judged) -> None:
    world, folder = demo
    rows, reasons = judged("product_usage", "usage_event", folder)
    assert reasons == []
    users = world["product_users"].select("user_no", "external_user_id")
    events = world["usage_events"].join(users, on="user_no")
    columns = ["external_user_id", "event_name", "occurred_at", "weight"]
    assert events.height > 500
    assert rows.select(columns).sort(columns).rows() == events.select(columns).sort(columns).rows()
    known, _ = judged("product_usage", "product_user", folder)
    said = ["external_user_id", "plan", "signed_up_at", "status"]
    assert known.select(said).sort(said).rows() == world["product_users"].select(said).sort(said).rows()


def test_the_demos_logs_give_the_worlds_signals(demo: tuple[dict[str, pl.DataFrame], Path], judged: Judged) -> None:
    world, folder = demo
    rows, reasons = judged("product_usage", "signal", folder)
    assert reasons == []
    columns = ["signal_type", "topic", "title", "occurred_at", "url", "campaign", "anonymous_id"]
    assert rows.select(columns).sort(columns).rows() == world["signals"].select(columns).sort(columns).rows()
    visitors, _ = judged("product_usage", "visitor", folder)
    browsers = visitors.filter(~pl.col("anonymous_id").str.starts_with("mail-"))
    assert set(browsers["anonymous_id"]) == set(world["visitors"]["anonymous_id"])


def test_the_demo_is_the_same_for_the_same_seed(demo: tuple[dict[str, pl.DataFrame], Path], tmp_path: Path) -> None:
    world, folder = demo
    write_exports(world, tmp_path, 5)
    for path in (one for one in folder.rglob("*") if one.is_file()):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()
