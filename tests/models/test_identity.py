"""Who is the same company or person: ids that name each other, own domains, addresses; never what strangers share."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.identity.clusters import components
from tests.models.identity_rows import (
    TRUST,
    Rows,
    company_frames,
    contact_frames,
    golden,
    linked,
    policies,
    staged,
)


def companies(rows: Rows, domains: Rows | None = None, **lists: list[str]) -> dict[str, str | None]:
    """`(source, id, external id)` and `(source, id, domain)` rows -> golden id by source key."""
    return golden("company", linked("company", company_frames(rows, domains, **lists)))


def company_links(rows: Rows, domains: Rows | None = None, **lists: list[str]) -> pl.DataFrame:
    return linked("company", company_frames(rows, domains, **lists))["identity.company_link"]


def contact_links(rows: Rows, emails: Rows, members: list[str] | None = None, **lists: list[str]) -> pl.DataFrame:
    """`(source, id, external id, name)` and `(source, id, address)` rows -> the link table."""
    return linked("contact", contact_frames(rows, emails, members, **lists))["identity.contact_link"]


def contacts(rows: Rows, emails: Rows, members: list[str] | None = None) -> dict[str, str | None]:
    return golden("contact", linked("contact", contact_frames(rows, emails, members)))


# --- companies -------------------------------------------------------------------------------------------------------


def test_an_external_id_joins_and_the_most_trusted_source_names_the_group() -> None:
    found = companies([("billing", "c1", "crm:1"), ("crm", "1", None), ("crm", "2", None)])
    assert found == {"billing:c1": "crm:1", "crm:1": "crm:1", "crm:2": "crm:2"}


def test_an_external_id_of_a_record_that_never_came_joins_nothing() -> None:
    assert companies([("billing", "c1", "crm:9"), ("billing", "c2", "crm:9")]) == {
        "billing:c1": "billing:c1",
        "billing:c2": "billing:c2",
    }


def test_an_id_of_some_other_source_joins_only_where_one_record_has_it() -> None:
    rows: Rows = [("desk", "d1", "*:1"), ("crm", "1", None), ("desk", "d2", "*:2"), ("crm", "2", None)]
    assert companies(rows)["desk:d1"] == "crm:1"
    rows.append(("billing", "1", None))
    found = companies(rows)
    assert found["desk:d1"] == "desk:d1", "two sources have a record 1: nobody knows which is meant"
    assert found["desk:d2"] == "crm:2"
    assert companies([("desk", "1", "*:2"), ("desk", "2", None)])["desk:1"] == "desk:1", "not the source's own record"


def test_a_domain_of_its_own_joins_in_any_case() -> None:
    links = company_links(
        [("crm", "1", None), ("desk", "d1", None)], [("crm", "1", "Acme.example"), ("desk", "d1", "acme.EXAMPLE")]
    )
    (row,) = links.filter(pl.col("source_key") == "desk:d1").to_dicts()
    assert (row["company_id"], row["rule"], row["evidence"]) == ("crm:1", "own_domain", "acme.example")
    (named,) = links.filter(pl.col("source_key") == "crm:1").to_dicts()
    assert (named["rule"], named["evidence"]) == ("source", None)


@pytest.mark.parametrize("domain", ["webpost.example", "agency.example"])
def test_a_domain_that_strangers_share_never_joins(domain: str) -> None:
    found = companies(
        [("crm", "1", None), ("desk", "d1", None)], [("crm", "1", domain), ("desk", "d1", domain.upper())]
    )
    assert found["desk:d1"] == "desk:d1"


def test_a_domain_that_one_source_gives_twice_never_joins() -> None:
    rows: Rows = [("crm", "1", None), ("crm", "2", None), ("desk", "d1", None), ("billing", "b1", None)]
    domains: Rows = [(source, record, "group.example") for source, record, _ in rows]
    found = companies(rows, domains)
    assert all(key == golden for key, golden in found.items())


def test_a_domain_that_a_source_gives_one_company_twice_is_still_its_own() -> None:
    found = companies(
        [("crm", "1", None), ("desk", "d1", None)],
        [("crm", "1", "acme.example"), ("crm", "1", "ACME.example"), ("desk", "d1", "acme.example")],
    )
    assert found["desk:d1"] == "crm:1"


def test_links_reach_through_others() -> None:
    found = companies(
        [("crm", "1", None), ("billing", "b1", "crm:1"), ("desk", "d1", None)],
        [("billing", "b1", "acme.example"), ("desk", "d1", "acme.example")],
    )
    assert set(found.values()) == {"crm:1"}


def test_an_id_that_names_nobody_is_no_evidence() -> None:
    links = company_links(
        [("crm", "1", None), ("desk", "d1", "crm:99")], [("crm", "1", "acme.example"), ("desk", "d1", "acme.example")]
    )
    (row,) = links.filter(pl.col("source_key") == "desk:d1").to_dicts()
    assert (row["company_id"], row["rule"], row["evidence"]) == ("crm:1", "own_domain", "acme.example")


# --- contacts --------------------------------------------------------------------------------------------------------


def test_one_address_is_one_person_and_the_address_names_them() -> None:
    found = contacts(
        [("crm", "1", None, "Ada"), ("desk", "d1", None, "Ada L."), ("desk", "d2", None, "Bob")],
        [("crm", "1", "Ada@acme.example "), ("desk", "d1", "ada@ACME.example"), ("desk", "d2", "bob@acme.example")],
    )
    assert found == {
        "crm:1": "crm:1",
        "desk:d1": "crm:1",
        "desk:d2": "desk:d2",
        "email:ada@acme.example": "crm:1",
        "email:bob@acme.example": "desk:d2",
    }


def test_a_shared_mailbox_needs_the_same_name() -> None:
    rows: Rows = [("crm", "1", None, "Ada"), ("desk", "d1", None, " ada "), ("desk", "d2", None, "Bob")]
    found = contacts(rows, [(source, record, "Info+eu@acme.example") for source, record, *_ in rows])
    assert found["desk:d1"] == "crm:1"
    assert found["desk:d2"] == "desk:d2"
    assert "email:info+eu@acme.example" not in found, "an address of two people names nobody"


def test_a_team_member_is_no_contact() -> None:
    links = contact_links(
        [("desk", "d1", None, "Eva"), ("desk", "d2", None, "Sam"), ("crm", "1", None, "Ada")],
        [("desk", "d1", "Eva@partner.example"), ("desk", "d2", "sam@lumenly.example"), ("crm", "1", "a@acme.example")],
        members=["eva@Partner.example "],
    )
    found = {row["source_key"]: (row["contact_id"], row["rule"]) for row in links.to_dicts()}
    assert found["desk:d1"] == (None, "team_member")
    assert found["desk:d2"] == (None, "team_member"), "our own domain"
    assert found["email:eva@partner.example"] == (None, "team_member")
    assert found["crm:1"] == ("crm:1", "source")


def test_other_addresses_of_a_team_member_name_nobody_either() -> None:
    found = contacts(
        [("desk", "d1", None, "Eva")], [("desk", "d1", "eva@lumenly.example"), ("desk", "d1", "eva@webpost.example")]
    )
    assert set(found.values()) == {None}


@pytest.mark.parametrize("own", ["crm:1", "crm:2", "desk:3"])
def test_a_team_member_neither_joins_people_nor_keeps_them_apart(own: str) -> None:
    rows: Rows = [("crm", "1", None, "A"), ("crm", "2", None, "B"), ("desk", "3", None, "C")]
    emails: Rows = [(source, record, "team@acme.example") for source, record, *_ in rows]
    source, record = own.split(":")
    found = contacts(rows, [*emails, (source, record, "me@lumenly.example")])
    others = sorted({"crm:1", "crm:2", "desk:3"} - {own})
    assert found[own] is None
    assert {found[other] for other in others} == {others[0]}, "one address, one person; the team member left out"
    assert found["email:team@acme.example"] == others[0]


def test_external_ids_do_not_pull_a_team_member_in() -> None:
    found = contacts([("crm", "1", None, "Eva"), ("desk", "d1", "crm:1", "Ada")], [("crm", "1", "eva@lumenly.example")])
    assert found == {"crm:1": None, "desk:d1": "desk:d1", "email:eva@lumenly.example": None}


def test_every_link_points_to_a_record_that_is_there() -> None:
    rng = random.Random(5)
    rows: Rows = [(rng.choice(TRUST), str(number), None, f"N{number % 5}") for number in range(60)]
    addresses = [f"p{n}@acme.example" for n in range(20)] + ["info@acme.example", "a@lumenly.example"]
    emails: Rows = [(source, record, rng.choice(addresses)) for source, record, *_ in rows for _ in range(2)]
    links = contact_links(rows, emails)
    kept = links.filter(pl.col("contact_id").is_not_null())
    assert links["source_key"].is_unique().all()
    golden = kept.filter(pl.col("source_key") == pl.col("contact_id"))["contact_id"]
    assert set(kept["contact_id"]) == set(golden)


def test_a_domain_tells_the_company_of_people_whose_source_names_none() -> None:
    own: Rows = [("crm:7", "acme.example"), ("desk:7", "acme.example"), ("crm:8", "two.example")]
    own += [("crm:9", "two.example"), ("crm:9", "nine.example"), ("crm:9", "webpost.example")]
    golden = {"crm:7": "crm:7", "desk:7": "crm:7", "crm:8": "crm:8", "crm:9": "crm:9"}
    emails: Rows = [
        ("mail", "1", "ada@mail.acme.example"),
        ("mail", "2", "bob@two.example"),
        ("mail", "3", "eve@webpost.example"),
        ("desk", "4", "kim@acme.example"),
        ("mail", "5", "lee@acme.example"),
        ("mail", "5", "lee@nine.example"),
    ]
    frames = contact_frames([(source, record, None, "N") for source, record in sorted({e[:2] for e in emails})], emails)
    frames |= {
        "identity.company_record": pl.DataFrame(
            {"source_key": list(golden), "domains": [[d for key, d in own if key == one] for one in golden]}
        ).with_columns(phone=pl.lit(None, pl.String)),
        "identity.company_link": pl.DataFrame({"source_key": list(golden), "company_id": list(golden.values())}),
        "staging.job_role": staged("job_role", "source_system contact_id company_id", [("desk", "4", "404")]),
    }
    records = linked("contact", frames)["identity.contact_record"]
    assert dict(zip(records["source_key"], records["company_ids"].to_list(), strict=True)) == {
        "mail:1": ["crm:7"],
        "mail:2": [],
        "mail:3": [],
        "desk:4": [],
        "mail:5": ["crm:7", "crm:9"],
    }, "two companies have two.example; webpost.example is free mail; the source of desk:4 says where they are"


# --- team members ----------------------------------------------------------------------------------------------------


def test_team_members_are_the_same_by_address() -> None:
    rows: Rows = [("crm", "1", "Eva@lumenly.example"), ("desk", "7", " eva@lumenly.example"), ("desk", "8", None)]
    members = staged("team_member", "source_system source_record_id email", rows)
    assert golden("team_member", linked("team_member", policies() | {"staging.team_member": members})) == {
        "crm:1": "crm:1",
        "desk:7": "crm:1",
        "desk:8": "desk:8",
        "email:eva@lumenly.example": "crm:1",
    }


# --- nothing depends on the order of what came -----------------------------------------------------------------------


def shuffled(frames: Mapping[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    return {name: rows.sample(fraction=1, shuffle=True, seed=seed) for name, rows in frames.items()}


def test_links_do_not_depend_on_the_order_of_rows() -> None:
    rng = random.Random(3)
    rows: Rows = []
    for number in range(120):
        external = rng.choice([None, None, f"crm:{rng.randrange(120)}", f"*:{rng.randrange(120)}"])
        rows.append((rng.choice(TRUST), str(number), external, f"Name {number % 7}"))
    emails: Rows = [
        (source, record, f"{rng.choice(['info', 'ada', 'bob', 'eve'])}@d{rng.randrange(30)}.example")
        for source, record, *_ in rows
    ]
    domains: Rows = [(source, record, str(address).split("@")[1]) for source, record, address in emails]
    cases = {
        "company": company_frames([row[:3] for row in rows], domains),
        "contact": contact_frames(rows, emails, ["ada@d3.example"]),
    }
    for name, frames in cases.items():
        made = linked(name, frames)
        for seed in range(5):
            again = linked(name, shuffled(frames, seed))
            for table in ("decision", "link"):
                assert again[f"identity.{name}_{table}"].equals(made[f"identity.{name}_{table}"])


# --- connected components --------------------------------------------------------------------------------------------


def records(count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"source_key": [f"k{n}" for n in range(count)], "rank": list(range(count))},
        schema={"source_key": pl.String, "rank": pl.Int64},
    )


def edges(pairs: Iterable[tuple[int, int]]) -> pl.DataFrame:
    listed = [(f"k{left}", f"k{right}") for left, right in pairs]
    return pl.DataFrame(listed, schema={"left": pl.String, "right": pl.String}, orient="row")


def roots_of(found: pl.DataFrame) -> dict[str, int]:
    return dict(zip(found["source_key"], found["root"], strict=True))


def union_find(count: int, pairs: Iterable[tuple[int, int]]) -> dict[str, int]:
    """The same, done naively."""
    parent = list(range(count))

    def find(node: int) -> int:
        while parent[node] != node:
            node = parent[node]
        return node

    for left, right in pairs:
        if left < count and right < count:
            low, high = sorted((find(left), find(right)))
            parent[high] = low
    return {f"k{node}": find(node) for node in range(count)}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 30).flatmap(
        lambda count: st.tuples(
            st.just(count), st.lists(st.tuples(st.integers(0, count + 2), st.integers(0, count + 2)), max_size=40)
        )
    )
)
def test_components_are_those_of_a_union_find(case: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = case
    assert roots_of(components(records(count), edges(pairs))) == union_find(count, pairs)


def test_long_chains_close_in_any_order() -> None:
    count = 5_000
    order = list(range(count))
    for chain in (order, order[::-1], random.Random(1).sample(order, count), _zigzag(count)):
        found = components(records(count), edges(pairwise(chain)))
        assert set(found["root"]) == {0}


def _zigzag(count: int) -> list[int]:
    """0, 2500, 1, 2501 ...: neighbours are always far apart."""
    half = count // 2
    return [number for pair in zip(range(half), range(half, count), strict=True) for number in pair]


def test_groups_stay_apart() -> None:
    found = roots_of(components(records(9), edges([(1, 2), (2, 3), (5, 4), (7, 7), (8, 99)])))
    groups: dict[int, set[str]] = defaultdict(set)
    for key, root in found.items():
        groups[root].add(key)
    assert groups == {0: {"k0"}, 1: {"k1", "k2", "k3"}, 4: {"k4", "k5"}, 6: {"k6"}, 7: {"k7"}, 8: {"k8"}}
