"""The whole way: the demo's exports through every step, compared with the truth the world knows of itself, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import demo, runs
from pipelines.home import Home
from pipelines.ingest import Synced
from pipelines.lookup import open_snapshot
from pipelines.rooms import CONNECTORS
from pipelines.warehouse import Connection

RECORD_IDS: dict[tuple[str, str], tuple[str, Callable[[int], str] | None]] = {
    ("company", "crm"): ("hubspot", lambda no: str(10_000_000_000 + no)),
    ("contact", "crm"): ("hubspot", lambda no: str(20_000_000_000 + no)),
    ("team_member", "crm"): ("hubspot", lambda no: str(40_000_000 + no)),
    ("company", "billing"): ("stripe", lambda no: f"cus_{no:06d}"),
    ("company", "helpdesk"): ("zendesk", lambda no: str(50_000_000 + no)),
    ("contact", "helpdesk"): ("zendesk", lambda no: str(60_000_000 + no)),
    ("team_member", "helpdesk"): ("zendesk", lambda no: str(70_000_000 + no)),
    ("contact", "survey"): ("survey", None),
    ("contact", "mail"): ("mail", None),
    ("team_member", "mail"): ("email", None),
    ("contact", "calendar"): ("calendar", None),
    ("team_member", "calendar"): ("email", None),
    ("company", "salesforce"): ("salesforce", lambda no: f"001LU{no:013d}"),
    ("contact", "salesforce"): ("salesforce", lambda no: f"003LU{no:013d}"),
    ("team_member", "salesforce"): ("salesforce", lambda no: f"005LU{no:013d}"),
    ("company", "chargebee"): ("chargebee", lambda no: f"cb_{no:06d}"),
    ("company", "quickbooks"): ("quickbooks", lambda no: str(1000 + no)),
    ("company", "intercom"): ("intercom", lambda no: f"{no:024x}"),
    ("contact", "intercom"): ("intercom", lambda no: f"{no:024x}"),
    ("team_member", "intercom"): ("intercom", lambda no: str(4_000_000 + no)),
    ("company", "jira"): ("jira", lambda no: str(no)),
    ("team_member", "jira"): ("jira", lambda no: f"712020:00000000-0000-4000-8000-{no:012d}"),
    ("company", "planhat"): ("planhat", lambda no: f"01{no:022x}"),
    ("contact", "planhat"): ("planhat", lambda no: f"02{no:022x}"),
    ("team_member", "planhat"): ("planhat", lambda no: f"03{no:022x}"),
    ("company", "product_usage"): ("product_usage", lambda no: f"acct_{no:06d}"),
    ("contact", "product_usage"): ("product_usage", lambda no: f"usr_{no:06d}"),
}
"""How each system of the demo writes the number of a record; null where it names people by their address."""
SOURCES = {"crm": "hubspot", "billing": "stripe", "helpdesk": "zendesk"}
"""The sources that the truth calls by another name."""
REVENUE = ("crm", "salesforce", "billing", "chargebee")
"""Systems without which the revenue of a company they know cannot be told."""


def has_demo(system: str) -> bool:
    """Whether the demo writes exports of a system of the truth."""
    return (CONNECTORS / SOURCES.get(system, system) / "demo.py").is_file()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, list[Synced], runs.RunResult]]:
    """The demo of 120 companies and 24 months, synced and run once for all tests here."""
    home = Home(tmp_path_factory.mktemp("demo"))
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "RAPPORT_HOME",
            "DAGSTER_HOME",
            "DLT_DATA_DIR",
            "RUNTIME__DLTHUB_TELEMETRY",
            "DAGSTER_DISABLE_TELEMETRY",
        ):
            patch.setenv(name, "")
        home.prepare_environment()
        demo.write_world(home, seed=11, companies=120, months=24)
        synced = demo.sync_all(home, lambda _: None)
        result = runs.run(home, demo.LAST_DAY, lambda _: None, lambda *_: None)
        yield home, synced, result


@pytest.fixture
def published(done: tuple[Home, list[Synced], runs.RunResult]) -> Iterator[Connection]:
    with open_snapshot(done[0]) as con:
        yield con


def truth(home: Home, name: str) -> pl.DataFrame:
    return pl.read_parquet(home.path / "truth" / f"{name}.parquet")


def test_the_run_succeeds_and_nothing_is_lost(done: tuple[Home, list[Synced], runs.RunResult]) -> None:
    _, synced, result = done
    assert result.failures == []
    assert result.published
    for found in synced:
        for delivery in found.deliveries:
            assert delivery.rows_read == delivery.rows_stored + delivery.rows_quarantined + delivery.rows_repeated


def test_nothing_is_done_twice(done: tuple[Home, list[Synced], runs.RunResult]) -> None:
    home = done[0]
    before = home.snapshot.stat().st_mtime_ns
    assert all(found.deliveries == () for found in demo.sync_all(home, lambda _: None))
    again = runs.run(home, demo.LAST_DAY, lambda _: None, lambda *_: None)
    assert (again.succeeded, again.published, again.built) == (True, False, {})
    assert home.snapshot.stat().st_mtime_ns == before


def identities(home: Home) -> pl.DataFrame:
    """kind, system, source_key, no: every record that the truth knows, of the systems that the demo writes."""
    rows = []
    for row in truth(home, "identity").iter_rows(named=True):
        if has_demo(row["system"]):
            source, write = RECORD_IDS[row["kind"], row["system"]]
            record = write(row["record_no"]) if write else row["address"]
            row["source_key"] = f"{source}:{record}"
            rows.append({name: row[name] for name in ("kind", "system", "source_key", "no")})
    return pl.DataFrame(rows)


@pytest.mark.parametrize("kind", ["company", "contact", "team_member"])
def test_identities_are_the_truth(
    done: tuple[Home, list[Synced], runs.RunResult], published: Connection, kind: str
) -> None:
    links = published.sql(f"select source_key, {kind}_id as golden from identity.{kind}_link").pl()
    records = identities(done[0]).filter(pl.col("kind") == kind).join(links, on="source_key", how="left")
    assert records.filter(pl.col("golden").is_null()).is_empty(), records.filter(pl.col("golden").is_null()).head()
    split = records.group_by("no").agg(pl.col("golden").unique()).filter(pl.col("golden").list.len() > 1)
    merged = records.group_by("golden").agg(pl.col("no").unique()).filter(pl.col("no").list.len() > 1)
    assert split.is_empty(), f"one thing, several golden rows: {split.head(20).to_dicts()}"
    assert merged.is_empty(), f"several things, one golden row: {merged.head(20).to_dicts()}"


def test_mrr_is_the_truth_for_every_company_month_and_currency(
    done: tuple[Home, list[Synced], runs.RunResult], published: Connection
) -> None:
    links = published.sql("select source_key, company_id from identity.company_link").pl()
    numbers = identities(done[0]).filter(pl.col("kind") == "company").join(links, on="source_key")
    companies = numbers.select("company_id", company_no="no").unique()
    hidden = truth(done[0], "identity").filter(
        pl.col("kind") == "company", pl.col("system").is_in([name for name in REVENUE if not has_demo(name)])
    )
    ours = (
        published.sql("select company_id, month, currency, closing as mrr from marts.mrr_movement where closing > 0")
        .pl()
        .join(companies, on="company_id", how="left")
        .select("company_no", "month", "currency", "mrr")
    )
    theirs = truth(done[0], "mrr").select("company_no", "month", "currency", "mrr")
    theirs = theirs.filter(~pl.col("company_no").is_in(hidden["no"].implode()))
    ours = ours.filter(~pl.col("company_no").is_in(hidden["no"].implode()).fill_null(False))
    assert theirs.height > 500
    key = ["company_no", "month", "currency"]
    both = theirs.join(ours, on=key, how="full", suffix="_ours", nulls_equal=True)
    assert both.filter(pl.col("mrr").ne_missing(pl.col("mrr_ours"))).is_empty()


def test_nps_is_the_truth(done: tuple[Home, list[Synced], runs.RunResult], published: Connection) -> None:
    ours = published.sql(
        "select month, promoter_count, passive_count, detractor_count from marts.nps_month "
        "where segment = '(all)' and response_count > 0 order by month"
    ).fetchall()
    theirs = truth(done[0], "nps").sort("month").select("month", "promoters", "passives", "detractors").rows()
    assert len(theirs) > 5
    assert ours == theirs


def test_ticket_times_are_the_truth(done: tuple[Home, list[Synced], runs.RunResult], published: Connection) -> None:
    names = [
        "first_reply_minutes",
        "first_reply_business_minutes",
        "full_resolution_minutes",
        "full_resolution_business_minutes",
        "reopen_count",
    ]
    ours = published.sql(
        f"select cast(split_part(ticket_id, ':', 2) as bigint) as ticket_no, {', '.join(names)} "
        "from marts.ticket_times "
        "where ticket_id like 'zendesk:%' order by 1"
    ).fetchall()
    theirs = truth(done[0], "ticket_times").sort("ticket_no").select("ticket_no", *names).rows()
    assert len(theirs) > 100
    assert ours == theirs


def numbered(home: Home, con: Connection, kind: str) -> pl.DataFrame:
    """The number in the world of each golden company or team member."""
    links = con.sql(f"select source_key, {kind}_id from identity.{kind}_link").pl()
    known = identities(home).filter(pl.col("kind") == kind).join(links, on="source_key")
    return known.select(f"{kind}_id", "no").unique()


def test_use_is_the_truth(done: tuple[Home, list[Synced], runs.RunResult], published: Connection) -> None:
    ours = published.sql(
        "select company_id, cast(date_trunc('month', occurred_at) as date) as month, "
        "count(distinct external_user_id) as active_users, count(*) as events from objects.usage_event group by all"
    ).pl()
    found = ours.join(numbered(done[0], published, "company"), on="company_id", how="left")
    theirs = truth(done[0], "usage").rows()
    assert len(theirs) > 200
    assert sorted(found.select("no", "month", "active_users", "events").rows(), key=str) == sorted(theirs, key=str)


def test_open_tasks_are_the_truth(done: tuple[Home, list[Synced], runs.RunResult], published: Connection) -> None:
    ours = published.sql(
        "select owner_id as team_member_id, count(*) as open_tasks, count(*) filter (where days_late > 0) as late "
        "from marts.work_due where workflow is null group by all"
    ).pl()
    found = ours.join(numbered(done[0], published, "team_member"), on="team_member_id", how="left")
    assert sorted(found.select("no", "open_tasks", "late").rows()) == sorted(truth(done[0], "task").rows())


def test_issues_touch_whom_they_touch(done: tuple[Home, list[Synced], runs.RunResult], published: Connection) -> None:
    ours = published.sql(
        "select cast(split_part(issue_id, ':', 2) as bigint) - 10000, company_count from marts.issue_value order by 1"
    ).fetchall()
    assert ours == sorted(truth(done[0], "issue").rows())
    assert len(ours) > 20


def test_surveys_are_the_truth(done: tuple[Home, list[Synced], runs.RunResult], published: Connection) -> None:
    ours = published.sql(
        "select survey_type, cast(date_trunc('month', answered_at) as date), count(*), "
        "round(cast(avg(score) as decimal(38, 12)), 6) from objects.survey_response where source_system = 'survey' "
        "group by all order by all"
    ).fetchall()
    assert [(*row[:3], float(row[3])) for row in ours] == [
        (*row[:3], float(row[3])) for row in sorted(truth(done[0], "survey").rows())
    ]


def test_meetings_stand_at_their_times(done: tuple[Home, list[Synced], runs.RunResult], published: Connection) -> None:
    """Of recurring ones every occurrence up to now, through changes of the clock; moved ones at their new time."""
    ours = published.sql(
        "select starts_at, ends_at from objects.appointment cross join meta.run as r "
        "where pipeline_stage <> 'canceled' and starts_at < r.as_of order by all"
    ).fetchall()
    theirs = sorted(truth(done[0], "appointment").select("starts_at", "ends_at").rows())
    assert len(theirs) > 300
    assert ours == theirs


def test_every_table_and_column_is_explained(published: Connection) -> None:
    tables = published.sql("select schema_name, table_name from duckdb_tables() where comment is null").fetchall()
    columns = published.sql(
        "select schema_name, table_name, column_name from duckdb_columns() where comment is null and not internal"
    ).fetchall()
    assert (tables, columns) == ([], [])


def test_parquet_stands_beside(done: tuple[Home, list[Synced], runs.RunResult], published: Connection) -> None:
    folder = done[0].published / "parquet"
    for schema, table, rows in published.sql(
        "select schema_name, table_name, estimated_size from duckdb_tables()"
    ).fetchall():
        path = folder / schema / f"{table}.parquet"
        assert duckdb.sql(f"select count(*) from '{path}'").fetchall() == [(rows,)]
    assert {path.suffix for path in Path(folder).rglob("*") if path.is_file()} == {".parquet"}
