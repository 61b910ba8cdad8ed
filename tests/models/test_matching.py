"""Which records may be the same, told in cases; weights as Splink's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from models.identity.contact_plan import PLAN as CONTACT
from models.identity.matching import database, make_features
from tests.models.matching_cases import (
    MODEL,
    PLANS,
    POLICY,
    cleaned,
    company,
    matched,
    noisy_records,
    person,
    probability,
)
from tests.models.noisy_records import Staged
from tests.models.splink_oracle import splink_scores


@pytest.fixture(scope="module")
def records() -> dict[str, pl.DataFrame]:
    return noisy_records()


MERGE, ASK = float(POLICY["merge_company_at"]), float(POLICY["ask_at"])
MERGE_PEOPLE = float(POLICY["merge_contact_at"])
Two = Sequence[Mapping[str, Any]]
MERGED_COMPANIES: dict[str, Two] = {
    "a typo, but the same phone": (
        {"name": "Brightfork GmbH", "phone": "+49 30 231250", "country": "DE"},
        {"name": "Brigthfork", "phone": "030 231250", "country": "Germany"},
    ),
    "the same name and street": (
        {"name": "Acme Tools Ltd", "address": "1 Mill Street", "postal_code": "LS1 1AA", "country": "GB"},
        {"name": "ACME Tools Limited.", "address": "1, Mill Street", "postal_code": "LS11AA", "country": "GB"},
    ),
    "the same domain, one name without accents and legal form": (
        {"name": "Müller & Söhne KG", "domain": "muellersoehne.example"},
        {"name": "Muller Sohne", "domain": "www.muellersoehne.example"},
    ),
}
ASKED_COMPANIES: dict[str, Two] = {
    "the same name and nothing else": ({"name": "Phoenix Consulting"}, {"name": "Phoenix Consulting GmbH"}),
    "the same name in the same country": (
        {"name": "Phoenix Consulting", "country": "DE"},
        {"name": "Phoenix Consulting", "country": "DE"},
    ),
    "the parent's domain at a subsidiary abroad": (
        {"name": "Acme", "domain": "acme.example", "country": "US"},
        {"name": "Acme Deutschland", "domain": "acme.example", "country": "DE"},
    ),
}
APART_COMPANIES: dict[str, Two] = {
    "twins with domains of their own in two countries": (
        {"name": "Kestrel Group", "domain": "kestrelgroup.example", "country": "GB"},
        {"name": "Kestrel Group", "domain": "kestrel-bv.example", "country": "NL"},
    ),
    "a name within another, other domains": (
        {"name": "Brightfork GmbH", "domain": "brightfork.example", "country": "DE"},
        {"name": "Brightfork Labs GmbH", "domain": "brightfork-labs.example", "country": "DE"},
    ),
}


def two_companies(two: Two) -> Staged:
    staged = Staged()
    for source, fields in zip(("crm", "billing"), two, strict=True):
        company(staged, f"{source}:1", **fields)
    return staged


@pytest.mark.parametrize("case", MERGED_COMPANIES)
def test_companies_that_are_joined(case: str) -> None:
    assert probability("company", two_companies(MERGED_COMPANIES[case])) >= MERGE


@pytest.mark.parametrize("case", ASKED_COMPANIES)
def test_companies_that_are_asked_about(case: str) -> None:
    assert ASK <= probability("company", two_companies(ASKED_COMPANIES[case])) < MERGE


@pytest.mark.parametrize("case", APART_COMPANIES)
def test_companies_that_stay_apart(case: str) -> None:
    assert probability("company", two_companies(APART_COMPANIES[case])) < ASK


def test_a_name_that_one_source_gives_to_several_weighs_less() -> None:
    alone = two_companies(({"name": "Phoenix"}, {"name": "Phoenix"}))
    several = two_companies(({"name": "Phoenix"}, {"name": "Phoenix"}))
    for number in range(2, 6):
        company(several, f"crm:{number}", name="Phoenix")
    pairs = matched("company", cleaned(several)["company"])
    assert probability("company", alone) > 0.9
    assert pairs.filter(pl.col("left_key") == "billing:1").is_empty()


def test_clients_of_one_agency_are_not_joined_by_its_domain() -> None:
    staged = Staged()
    for number, name in enumerate(("Amber Bakery", "Birch Dental", "Cobalt Motors")):
        company(staged, f"crm:{number}", name=name, domain="webagency.example")
    company(staged, "billing:9", name="Dune Florists", domain="webagency.example")
    assert matched("company", cleaned(staged)["company"]).is_empty()


PEOPLE: dict[str, tuple[float, float, Two]] = {
    "swapped names, the same phone": (
        MERGE_PEOPLE,
        1,
        (
            {"first_name": "Anna", "last_name": "Schäfer", "phone": "+49 170 2312501", "at": "7"},
            {"first_name": "Schafer", "last_name": "Anna", "phone": "+491702312501", "at": "7"},
        ),
    ),
    "an initial at the same company": (
        MERGE_PEOPLE,
        1,
        (
            {"first_name": "Anna", "last_name": "Schäfer", "at": "7"},
            {"first_name": "A.", "last_name": "Schäfer", "at": "7"},
        ),
    ),
    "an initial and another address at the same company": (
        ASK,
        MERGE_PEOPLE,
        (
            {"first_name": "Anna", "last_name": "Schäfer", "address": "anna.schaefer@oak.example", "at": "7"},
            {"first_name": "A.", "last_name": "Schäfer", "address": "buying@oak.example", "at": "7"},
        ),
    ),
    "the same name at other companies": (
        0,
        ASK,
        (
            {"first_name": "Anna", "last_name": "Schäfer", "address": "anna.schaefer@oak.example", "at": "7"},
            {"first_name": "Anna", "last_name": "Schäfer", "address": "anna.schaefer@elm.example", "at": "8"},
        ),
    ),
    "two people behind one shared mailbox": (
        0,
        ASK,
        (
            {"first_name": "Anna", "last_name": "Schäfer", "address": "billing@oak.example", "at": "7"},
            {"first_name": "Kofi", "last_name": "Okafor", "address": "billing@oak.example", "at": "7"},
        ),
    ),
    "two colleagues on one telephone": (
        0,
        MERGE_PEOPLE,
        (
            {"first_name": "Anna", "last_name": "Schäfer", "phone": "+49 30 2312501", "at": "7"},
            {"first_name": "Kofi", "last_name": "Okafor", "phone": "+49 30 2312501", "at": "7"},
        ),
    ),
}


@pytest.mark.parametrize("case", PEOPLE)
def test_people(case: str) -> None:
    least, below, two = PEOPLE[case]
    staged = Staged()
    for number in ("7", "8"):
        for source in ("crm", "desk"):
            company(staged, f"{source}:{number}", name=f"Company {number}")
    for source, fields in zip(("crm", "desk"), two, strict=True):
        person(staged, f"{source}:1", **fields)
    found = probability("contact", staged)
    assert least <= found < below or found == below == 1


# --- weights ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PLANS)
def test_reasons_sum_to_the_weight(records: dict[str, pl.DataFrame], kind: str) -> None:
    pairs = matched(kind, records[kind])
    assert pairs.height > 50
    assert (pairs["left_key"] < pairs["right_key"]).all()
    for pair in pairs.to_dicts():
        reasons = json.loads(pair["reasons"])
        assert reasons[0]["field"] == "prior"
        assert sum(reason["weight"] for reason in reasons) == pytest.approx(pair["weight"], abs=1e-3)
        assert pair["probability"] == pytest.approx(1 / (1 + 2 ** -pair["weight"]), abs=1e-6)


@pytest.mark.parametrize("kind", PLANS)
def test_weights_are_those_splink_gives(records: dict[str, pl.DataFrame], kind: str) -> None:
    pairs = matched(kind, records[kind])
    theirs = splink_scores(PLANS[kind], MODEL[kind], records[kind])
    both = pairs.join(theirs, on=["left_key", "right_key"], how="left", suffix="_splink")
    assert both["weight_splink"].null_count() == 0
    assert (both["weight"] - both["weight_splink"]).abs().max() < 0.002  # type: ignore[operator]
    assert theirs.filter(pl.col("weight") > 0.002).height == pairs.height


def test_people_of_our_own_are_no_candidates() -> None:
    staged = Staged()
    staged.add("team_member", "crm", email="ines@lumenly.example", source_record_id="1")
    person(staged, "crm:1", address="ines@lumenly.example", name="Ines Albrecht")
    person(staged, "desk:1", address="ines@lumenly.example", name="Ines Albrecht")
    rows = cleaned(staged)["contact"]
    assert rows["is_ours"].all()
    with database(record=rows) as con:
        make_features(con, CONTACT)
        assert con.execute("select count(*) from feature").fetchall() == [(0,)]
    assert matched("contact", rows).is_empty()
