"""The sentences that must hold of decisions and links, and that a breach of each is found."""

from __future__ import annotations

from typing import Any

import polars as pl

from tests.models.identity_rows import Frames, Rows, company_frames, contact_frames, decided, frame, linked

ROWS: Rows = [("crm", "1", None), ("desk", "1", "crm:1"), ("billing", "1", None)]


def tables(said: pl.DataFrame) -> Frames:
    """The tables of identity, of three companies, a contact, a team member's record and nobody else."""
    companies = linked("company", company_frames(ROWS) | {"policy.match_decision": said})
    people: Rows = [("crm", "p", None, "Ada"), ("crm", "q", None, "Eva")]
    contacts = linked("contact", contact_frames(people, [("crm", "q", "eva@lumenly.example")]))
    kinds = ("record", "decision", "link")
    made = {
        f"identity.{name}_{kind}": rows[f"identity.{name}_{kind}"]
        for kind in kinds
        for name, rows in (("company", companies), ("contact", contacts))
    }
    made["identity.team_member_decision"] = companies["identity.company_decision"].clear()
    made["identity.team_member_link"] = frame("source_key source_system source_record_id team_member_id", [])
    return made | {"policy.match_decision": said}


def offenders(bench: Any, invariant: str, given: Frames) -> list[dict[str, Any]]:
    found: pl.DataFrame = bench(given).offenders(invariant)
    return found.to_dicts()


def test_what_a_person_keeps_apart_is_not_in_one_golden_row(bench: Any) -> None:
    given = tables(decided(("different", "crm:1", "billing:1")))
    assert offenders(bench, "people_keep_apart", given) == []
    together = pl.when(pl.col("source_key") == "billing:1").then(pl.lit("crm:1")).otherwise("company_id")
    given["identity.company_link"] = given["identity.company_link"].with_columns(company_id=together)
    (row,) = offenders(bench, "people_keep_apart", given)
    assert (row["left_key"], row["right_key"], row["golden_id"]) == ("billing:1", "crm:1", "crm:1")


def test_every_record_has_one_golden_id(bench: Any) -> None:
    given = tables(decided())
    assert offenders(bench, "record_has_golden_id", given) == [], "a team member's record has none, and needs none"
    links = given["identity.company_link"]
    given["identity.company_link"] = pl.concat([links.filter(pl.col("source_key") != "desk:1"), links.head(1)])
    found = {row["source_key"]: row["golden_ids"] for row in offenders(bench, "record_has_golden_id", given)}
    assert found == {"desk:1": 0, links["source_key"][0]: 2}


def test_decisions_that_cannot_be_followed_are_told(bench: Any) -> None:
    assert offenders(bench, "decisions_followed", tables(decided(("same", "crm:1", "billing:1")))) == []
    said = decided(
        ("same", "crm:1", "crm:404"),
        ("same", "crm:1", "billing:1"),
        ("different", "billing:1", "crm:1"),
        ("same", "desk:1", "billing:1"),
    )
    said = said.with_columns(
        undone_at=pl.when(pl.col("id") == "2").then("decided_at"), undone_by=pl.lit(None, pl.String)
    )
    found = offenders(bench, "decisions_followed", tables(said))
    assert [(row["decision"], row["why_not"]) for row in found] == [("0", "crm:404 was never delivered")]
    live = said.with_columns(undone_at=pl.lit(None, pl.Datetime("us")))
    told = {row["decision"]: row["why_not"] for row in offenders(bench, "decisions_followed", tables(live))}
    assert told["1"] == "a later decision says otherwise"
    assert "2" not in told
