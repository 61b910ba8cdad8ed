"""Each system of the demo writes records in its own way; enough is left to tell whose they are, and truth says it."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from random import Random

import polars as pl
import pytest

from models.demo.frames import World
from models.demo.lookalikes import distinct_rows
from models.demo.spelling import (
    FORMS,
    initials_of,
    mistyped,
    other_form,
    other_phone,
    other_street,
    split_form,
    with_umlauts_spelled,
    without_accents,
)
from models.demo.words import COUNTRIES, TWINS, plain
from models.demo.world import make_world

TOOLS = ("helpdesk", "planhat", "intercom", "jira", "product_usage", "quickbooks")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def beside(world: World, spelled: str, whole: str, key: str) -> pl.DataFrame:
    """Each record beside what is true."""
    return world[spelled].join(world[whole], on=key, suffix="_true")


def edits(one: str, other: str) -> int:
    """Letters to change, drop, add or swap with the next to make one text the other."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            least = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != wanted))
            if i > 1 and j > 1 and (one[i - 2], letter) == (wanted, other[j - 2]):
                least = min(least, rows[i - 2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]


def test_a_mistyped_text_is_as_many_edits_away_as_said_at_most() -> None:
    rng = Random(1)
    found = Counter(edits("Amberbridge Logistics", mistyped(rng, "Amberbridge Logistics", 2)) for _ in range(200))
    assert max(found) <= 3  # letters that are swapped and then hit beside count as three
    assert found[2] > 150
    assert {edits("Müller", mistyped(rng, "Müller")) for _ in range(100)} <= {0, 1}
    assert mistyped(rng, "Ab") == "Ab"


def test_every_legal_form_of_the_world_has_other_ways_of_writing_it() -> None:
    forms = {place[5] for place in COUNTRIES.values()} | {
        split_form(legal)[1] for pair in TWINS for _, legal, *_ in pair
    }
    assert forms <= FORMS.keys()
    assert {other_form(Random(seed), "Acme GmbH") for seed in range(40)} == {
        "Acme", "Acme G.m.b.H.", "Acme Gesellschaft mbH", "Acme gmbh",
    }  # fmt: skip


def test_habits_of_writing_are_those_of_people() -> None:
    assert without_accents("Łódź Größe O'Brien") == "Lodz Grosse O'Brien"
    assert with_umlauts_spelled("Käthe Weiß") == "Kaethe Weiss"
    assert initials_of("Amberbridge Logistics France") == "ALF"
    assert [other_street(text) for text in ("12 High Street", "Lindenstraße 3", "Am Markt 1")] == [
        "12 High St.", "Lindenstr. 3", "Am Markt 1",
    ]  # fmt: skip
    digits = {"".join(filter(str.isdigit, other_phone(Random(seed), "0049-30-23125-001"))) for seed in range(30)}
    assert digits == {"493023125001", "00493023125001"}


def test_a_fifth_of_the_tools_records_is_noisy_and_few_of_the_crms(world: World) -> None:
    companies = beside(world, "company_spellings", "companies", "company_no").filter(~pl.col("is_duplicate"))
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_true")) for name in ("name", "domain"))
    in_tool = pl.col("system").is_in(TOOLS)
    shares = companies.group_by(in_tool.alias("tool")).agg(differs.mean().alias("share"))
    by_tool = dict(shares.iter_rows())
    assert 0.15 < by_tool[True] < 0.3
    assert companies.filter(pl.col("system").is_in(["crm", "salesforce"])).select(differs.mean()).item() < 0.06
    people = beside(world, "contact_spellings", "contacts", "contact_no").filter(~pl.col("is_role_address"))
    says = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"{name}_true")) for name in ("first_name", "last_name", "email")
    )
    for system in ("helpdesk", "intercom", "planhat", "product_usage"):
        assert 0.1 < people.filter(pl.col("system") == system).select(says.mean()).item() < 0.25, system


def test_bills_are_written_as_things_are_and_name_the_crm_where_domains_mislead(world: World) -> None:
    bills = beside(world, "company_spellings", "companies", "company_no").filter(
        pl.col("system").is_in(["billing", "chargebee"])
    )
    assert (bills["name"] == bills["name_true"]).all()
    assert bills["domain"].eq_missing(bills["domain_true"]).all()
    spelled = world["company_spellings"].join(world["companies"], on="company_no", suffix="_true")
    other = spelled.filter(pl.col("domain").is_not_null(), pl.col("domain") != pl.col("domain_true"))["company_no"]
    assert other.n_unique() > 10
    assert bills.filter(pl.col("company_no").is_in(other.implode()))["is_linked"].all()


def test_what_neither_id_nor_domain_tells_a_name_or_people_tell(world: World) -> None:
    rows = beside(world, "company_spellings", "companies", "company_no").filter(
        ~pl.col("is_linked"), pl.col("domain").is_null(), pl.col("domain_true").is_not_null()
    )
    told = rows.filter(~pl.col("is_undecidable"))
    assert told.height > 30

    def likeness(row: dict[str, str]) -> float:
        one, other = plain(with_umlauts_spelled(row["name"])), plain(with_umlauts_spelled(row["name_true"]))
        return 1.0 if other.startswith(one) or one.startswith(other) else SequenceMatcher(None, one, other).ratio()

    assert min(likeness(row) for row in told.select("name", "name_true").to_dicts()) > 0.6
    assert not set(told["name_true"]) & {name for pair in TWINS for name, *_ in pair}
    lost = world["company_spellings"].filter("is_undecidable")
    assert 0 < lost.height < world["company_spellings"].height * 0.01
    assert lost["name"].str.len_chars().max() <= 4  # type: ignore[operator]
    unsaid = ("domain", "phone", "address", "postal_code", "city", "legal_name")
    assert all(lost[name].null_count() == lost.height for name in unsaid)


def test_an_address_belongs_to_one_person_but_for_shared_mailboxes(world: World) -> None:
    rows = world["contact_spellings"].with_columns(address=pl.col("email").str.to_lowercase())
    owners = rows.group_by("address").agg(pl.col("person_no").n_unique())
    shared = owners.filter(pl.col("person_no") > 1)["address"]
    assert all(address.startswith("office@") for address in shared)
    assert rows["address"].str.contains(r"^[a-z0-9.\-_]+@[a-z0-9.\-]+$").all()


def test_relatives_namesakes_families_and_twins_are_kept_apart_by_the_truth(world: World) -> None:
    reasons = Counter(world["truth_distinct"]["reason"])
    assert reasons.keys() == {"twin", "family", "agency", "relative", "namesake"}
    people = world["contacts"]
    truth = world["truth_distinct"].filter(pl.col("kind") == "contact")
    pairs = truth.join(people, left_on="no", right_on="contact_no").join(
        people, left_on="other_no", right_on="contact_no", suffix="_other"
    )
    for row in pairs.to_dicts():
        assert plain(row["first_name"]) == plain(row["first_name_other"])
        assert plain(row["last_name"]) == plain(row["last_name_other"])
        assert row["person_no"] != row["person_no_other"]
    relatives = pairs.filter(pl.col("reason") == "relative", pl.col("company_no") == pl.col("company_no_other"))
    assert relatives.height > 3
    assert (relatives["phone"] == relatives["phone_other"]).sum() == 0
    assert distinct_rows([], []) == []


def test_who_changes_jobs_is_one_person_with_two_jobs_one_after_the_other(world: World) -> None:
    changes, people = world["truth_job_change"], world["contacts"]
    assert changes.height > 4
    assert changes["is_champion"].any()
    assert (changes["left_at"] < changes["joined_at"]).all()
    assert (changes["from_company_no"] != changes["to_company_no"]).all()
    jobs = people.filter(pl.col("person_no").is_in(changes["person_no"].implode()))
    both = jobs.group_by("person_no").agg(
        pl.len(), pl.col("first_name", "last_name", "phone", "email").n_unique(), pl.col("left_at").null_count()
    )
    assert set(both.drop("person_no").rows()) == {(2, 1, 1, 1, 2, 1)}
    truth = world["truth_identity"].filter(pl.col("kind") == "contact")
    assert set(truth["no"]) <= set(people["person_no"])
    moved = world["contact_spellings"].drop_nulls("former_company_no")
    assert moved.height > 0
    assert (moved["company_no"] != moved["former_company_no"]).all()
    assert (moved["other_email"] == moved["former_email"]).all()
    new = jobs.filter(
        pl.col("contact_no") != pl.col("person_no"), pl.col("person_no").is_in(moved["person_no"].implode())
    )
    in_crm = truth.filter(pl.col("system").is_in(["crm", "salesforce"]))["record_no"]
    assert not new["contact_no"].is_in(in_crm.implode()).any()


def test_nobody_does_anything_where_he_or_she_no_longer_works(world: World) -> None:
    left = world["contacts"].drop_nulls("left_at").select("contact_no", "left_at")
    for frame, column, at in (
        ("tickets", "requester_no", "opened_at"),
        ("mails", "from_contact_no", "sent_at"),
        ("chats", "contact_no", "opened_at"),
        ("nps_responses", "contact_no", "sent_at"),
        ("survey_responses", "contact_no", "sent_at"),
        ("notes", "contact_no", "noted_at"),
    ):
        done = world[frame].filter(~pl.col("is_bounce")) if frame == "mails" else world[frame]
        late = done.join(left, left_on=column, right_on="contact_no").filter(pl.col(at) > pl.col("left_at"))
        assert late.height <= world[frame].height * 0.002, frame


def test_a_company_twice_in_its_crm_is_told_by_its_place(world: World) -> None:
    twice = beside(world, "company_spellings", "companies", "company_no").filter("is_duplicate")
    assert twice.height > 0
    assert (twice["record_no"] - twice["company_no"] == 500_000).all()
    assert (twice["postal_code"] == twice["postal_code_true"]).all()
    assert twice["domain"].null_count() == twice.height
    assert world["truth_identity"].filter("is_duplicate").height >= twice.height
