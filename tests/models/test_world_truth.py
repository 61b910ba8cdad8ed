"""The made-up world's truth about tickets and NPS, worked out by plain code, against what the models make of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from models.demo.world import make_world

AS_OF = datetime(2026, 7, 1)


@pytest.fixture(scope="module")
def world() -> dict[str, pl.DataFrame]:
    return make_world(seed=11, companies=40, months=12, as_of=AS_OF)


def text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


def tickets(world: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The world's tickets, comments and changes as objects; each ticket is a conversation of its own."""
    found = world["tickets"].select(
        "subject", "status", "opened_at", ticket_id=text("ticket_no"), company_id=text("company_no")
    )
    return {
        "objects.ticket": found,
        "objects.conversation": found.select(
            "ticket_id",
            conversation_id="ticket_id",
            conversation_type=pl.lit("ticket"),
            started_at="opened_at",
        ),
        "objects.message": world["ticket_comments"].select(
            "is_public",
            conversation_id=text("ticket_no"),
            sent_at="created_at",
            author_contact_id=text("author_contact_no"),
            author_team_member_id=text("author_member_no"),
        ),
        "objects.ticket_event": world["ticket_events"].select(
            "occurred_at",
            "field_name",
            "old_value",
            "new_value",
            ticket_id=text("ticket_no"),
            source_record_id=text("event_no"),
        ),
    }


def test_ticket_times_are_the_truth(world: dict[str, pl.DataFrame], run_models: Any) -> None:
    truth = world["truth_ticket_times"].with_columns(ticket_id=text("ticket_no")).drop("ticket_no").sort("ticket_id")
    made = run_models({**tickets(world), "meta.run": [{"as_of": AS_OF}]}, "marts.ticket_times")["marts.ticket_times"]
    assert made.height > 50
    assert made.sort("ticket_id").select(truth.columns).to_dicts() == truth.to_dicts()


def test_nps_counts_are_the_truth(world: dict[str, pl.DataFrame], run_models: Any) -> None:
    responses = world["nps_responses"].select(
        "score", "answered_at", contact_id=text("contact_no"), nps_response_id=text("response_no")
    )
    tables = {"objects.nps_response": responses, "meta.run": [{"as_of": AS_OF}]}
    made = run_models(tables, "marts.nps_month")["marts.nps_month"].filter(segment="(all)").sort("month")
    counts = made.select("month", promoters="promoter_count", passives="passive_count", detractors="detractor_count")
    assert counts.height > 3
    assert counts.rows() == world["truth_nps"].sort("month").select(counts.columns).rows()
