"""What joins two records and what forbids it: every guard by itself, and all of them against a slow, plain account."""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import datetime
from itertools import combinations
from typing import Any

import polars as pl
import pytest

from models.identity.opinions import STRENGTH
from tests.models.identity_rows import (
    LOADED_AT,
    TRUST,
    Rows,
    company_frames,
    contact_frames,
    decided,
    golden,
    linked,
    policies,
    scored,
)

Pairs = dict[tuple[str, str], float]
SURE, UNSURE = 12.0, 2.0
PLAIN: Rows = [("crm", "1", None), ("billing", "1", None), ("desk", "1", None)]


def decisions(
    rows: Rows,
    domains: Rows | None = None,
    pairs: Pairs | None = None,
    said: pl.DataFrame | None = None,
    by_people: Collection[tuple[str, str]] = (),
    **limits: Any,
) -> dict[tuple[str, str], dict[str, Any]]:
    """The decisions on companies by pair."""
    frames = company_frames(rows, domains) | policies(**limits)
    frames |= {"identity.company_pair": scored(pairs or {}, by_people), "policy.match_decision": decided()}
    frames |= {"policy.match_decision": said} if said is not None else {}
    made = linked("company", frames)["identity.company_decision"].to_dicts()
    return {(row["left_key"], row["right_key"]): row for row in made}


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["verdict"], row["rule"], row["guard"], row["is_open"]


# --- people ----------------------------------------------------------------------------------------------------------


def test_a_person_joins_what_no_rule_would() -> None:
    rows: Rows = [("crm", "1", None), ("crm", "2", None, "1")]  # type: ignore[list-item]
    domains: Rows = [("crm", "1", "a.example"), ("crm", "2", "b.example")]
    (row,) = decisions(rows, domains, said=decided(("same", "crm:2", "crm:1"))).values()
    assert told(row) == ("joined", "person", None, False)
    assert (row["evidence"], row["decided_by"]) == ("as told", "ada")
    assert row["known_at"] == max(LOADED_AT, datetime(2026, 6, 1))


def test_a_person_keeps_apart_what_every_rule_would_join() -> None:
    rows: Rows = [("crm", "1", None), ("billing", "1", "crm:1"), ("desk", "1", "billing:1")]
    domains: Rows = [(source, record, "a.example") for source, record, _ in rows]
    found = decisions(rows, domains, {("crm:1", "desk:1"): SURE}, decided(("different", "crm:1", "desk:1")))
    assert told(found["crm:1", "desk:1"]) == ("left", "person", None, False)
    assert told(found["billing:1", "crm:1"]) == ("joined", "external_id", None, False)
    words = "ada said that crm:1 and desk:1 differ"
    assert told(found["billing:1", "desk:1"]) == ("refused", "external_id", words, False)


def test_of_three_decisions_that_contradict_each_other_the_last_is_refused() -> None:
    same_first = decided(
        ("same", "crm:1", "desk:1"), ("same", "desk:1", "billing:1"), ("different", "billing:1", "crm:1")
    )
    found = decisions(PLAIN, said=same_first)
    assert told(found["billing:1", "crm:1"]) == ("refused", "person", "decisions made before put them together", False)
    different_first = decided(
        ("different", "billing:1", "crm:1"), ("same", "crm:1", "desk:1"), ("same", "desk:1", "billing:1")
    )
    found = decisions(PLAIN, said=different_first)
    assert told(found["crm:1", "desk:1"])[0] == "joined"
    words = "ada said that billing:1 and crm:1 differ"
    assert told(found["billing:1", "desk:1"]) == ("refused", "person", words, False)


def test_of_two_decisions_on_one_pair_the_later_holds_and_one_taken_back_does_not_count() -> None:
    said = decided(("same", "crm:1", "desk:1"), ("different", "desk:1", "crm:1"))
    assert decisions(PLAIN, said=said)["crm:1", "desk:1"]["verdict"] == "left"
    taken_back = said.with_columns(
        undone_at=pl.when(pl.col("verdict") == "different").then(pl.lit(datetime(2026, 6, 9))), undone_by=pl.lit("bo")
    )
    assert decisions(PLAIN, said=taken_back)["crm:1", "desk:1"]["verdict"] == "joined"


def test_a_decision_about_a_record_that_never_came_is_left_out() -> None:
    assert decisions(PLAIN, said=decided(("same", "crm:1", "crm:404"))) == {}


# --- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pairs", [{}, {("crm:1", "crm:2"): SURE}])
def test_a_company_is_never_its_own_parent(pairs: Pairs) -> None:
    rows: Rows = [("crm", "1", None, None), ("crm", "2", "crm:1", "1"), ("desk", "1", "crm:1", None)]
    found = decisions([*rows, ("desk", "2", "crm:2", None)], pairs=pairs | {("desk:1", "desk:2"): SURE})
    words = "crm:1 is the parent of crm:2 in its source"
    assert told(found["crm:1", "crm:2"]) == ("refused", "external_id", words, False)
    assert told(found["desk:1", "desk:2"]) == ("refused", "model", words, False), "what belongs to them stays apart too"


def test_a_domain_and_the_model_do_not_join_what_one_source_holds_as_two() -> None:
    rows: Rows = [("crm", "1", None), ("crm", "2", None), ("desk", "1", None)]
    domains: Rows = [("crm", "1", "a.example"), ("desk", "1", "a.example"), ("desk", "1", "b.example")]
    likely = {("crm:1", "crm:2"): SURE, ("crm:1", "desk:1"): UNSURE, ("crm:2", "desk:1"): UNSURE - 1}
    found = decisions(rows, [*domains, ("crm", "2", "b.example")], likely)
    words = "both have a record of crm, and a source that knows two means two"
    assert told(found["crm:1", "desk:1"])[:2] == ("joined", "own_domain")
    assert told(found["crm:2", "desk:1"]) == ("refused", "own_domain", words, True)
    assert told(found["crm:1", "crm:2"]) == ("refused", "model", words, True)
    strong: Rows = [("crm", "1", None), ("billing", "1", "crm:1"), ("billing", "2", "crm:1")]
    assert {row["verdict"] for row in decisions(strong).values()} == {"joined"}, "ids that a source states may"


def test_the_model_does_not_join_two_own_domains() -> None:
    domains: Rows = [("crm", "1", "a.example"), ("desk", "1", "b.example"), ("billing", "1", "agency.example")]
    pairs = {("crm:1", "desk:1"): SURE, ("billing:1", "crm:1"): SURE - 1}
    found = decisions(PLAIN, domains, pairs)
    words = "each has a domain of its own: a.example and b.example"
    assert told(found["crm:1", "desk:1"]) == ("refused", "model", words, True)
    assert told(found["billing:1", "crm:1"])[0] == "joined", "a shared domain is nobody's own"
    pairs |= {("billing:1", "desk:1"): UNSURE}
    third = decisions(PLAIN, [*domains[:2], ("billing", "1", "a.example"), ("billing", "1", "b.example")], pairs)
    assert third["crm:1", "desk:1"]["verdict"] == "joined", "they have one in common, through a third"


def test_a_record_with_the_domains_of_two_companies_goes_where_the_model_would() -> None:
    rows: Rows = [("crm", "1", None), ("crm", "2", None), ("desk", "1", None)]
    domains: Rows = [("crm", "1", "a.example"), ("crm", "2", "b.example")]
    domains.extend([("desk", "1", "a.example"), ("desk", "1", "b.example")])
    found = decisions(rows, domains, {("crm:1", "desk:1"): UNSURE, ("crm:2", "desk:1"): UNSURE + 1})
    assert told(found["crm:2", "desk:1"])[:2] == ("joined", "own_domain"), "the domain joins what the model only asks"
    assert told(found["crm:1", "desk:1"])[:2] == ("refused", "own_domain")
    agency = decisions(rows, domains[:1] + domains[2:3], {("crm:2", "desk:1"): SURE})
    assert told(agency["crm:2", "desk:1"])[:2] == ("joined", "model"), "what is surer goes before"
    assert told(agency["crm:1", "desk:1"])[:2] == ("refused", "own_domain")


def test_a_domain_alone_joins_no_company_that_has_others() -> None:
    domains: Rows = [("crm", "1", "a.example"), ("desk", "1", "a.example")]
    more: Rows = [*domains, ("desk", "1", "b.example")]
    words = "nothing else agrees, and b.example is a domain of one of them only"
    assert told(decisions(PLAIN, more)["crm:1", "desk:1"]) == ("refused", "own_domain", words, True)
    assert decisions(PLAIN, domains)["crm:1", "desk:1"]["verdict"] == "joined", "neither has another"
    likely = decisions(PLAIN, more, {("crm:1", "desk:1"): UNSURE})
    assert told(likely["crm:1", "desk:1"]) == ("joined", "own_domain", None, False)
    assert decisions(PLAIN, more, ask_at="1")["crm:1", "desk:1"]["verdict"] == "joined", "no model, no doubt"


def test_the_model_joins_two_own_domains_when_the_people_are_the_same() -> None:
    domains: Rows = [("crm", "1", "a.example"), ("desk", "1", "b.example")]
    pairs = {("crm:1", "desk:1"): SURE}
    assert decisions(PLAIN, domains, pairs, by_people=pairs)["crm:1", "desk:1"]["verdict"] == "joined"
    unsure = {("crm:1", "desk:1"): UNSURE}
    assert decisions(PLAIN, domains, unsure, by_people=unsure)["crm:1", "desk:1"]["verdict"] == "ask"


def test_the_model_makes_no_endless_groups() -> None:
    rows: Rows = [(source, "1", None) for source in TRUST]
    pairs = {
        pair: SURE + n for n, pair in enumerate([("billing:1", "crm:1"), ("crm:1", "desk:1"), ("desk:1", "mail:1")])
    }
    found = decisions(rows, pairs=pairs, cluster_cap=2)
    assert [found[tuple(sorted(pair))]["verdict"] for pair in pairs] == ["joined", "refused", "joined"]
    assert found["crm:1", "desk:1"]["guard"] == "together they have 3 records, more than cluster_cap = 2"


def test_the_model_joins_from_merge_at_on_and_asks_below() -> None:
    found = decisions(PLAIN, pairs={("crm:1", "desk:1"): UNSURE, ("billing:1", "crm:1"): SURE})
    assert told(found["crm:1", "desk:1"]) == ("ask", "model", None, True)
    assert told(found["billing:1", "crm:1"]) == ("joined", "model", None, False)
    assert found["crm:1", "desk:1"]["evidence"] == "name", "only what speaks for it, without the prior"
    found = decisions(PLAIN, pairs={("crm:1", "desk:1"): UNSURE}, said=decided(("different", "crm:1", "desk:1")))
    assert told(found["crm:1", "desk:1"]) == ("left", "person", None, False), "nobody is asked twice"
    assert found["crm:1", "desk:1"]["weight"] == UNSURE


def test_what_others_joined_counts_as_joined() -> None:
    rows: Rows = [("crm", "1", None), ("billing", "1", "crm:1"), ("desk", "1", "crm:1")]
    found = decisions(rows, pairs={("billing:1", "desk:1"): UNSURE})
    assert told(found["billing:1", "desk:1"]) == ("joined", "model", None, False)


def test_an_agency_and_companies_of_one_name_stay_apart() -> None:
    rows: Rows = [("crm", str(n), None) for n in range(4)] + [("desk", "9", None)]
    domains: Rows = [("crm", "0", "studio.example"), ("crm", "1", "studio.example"), ("desk", "9", "studio.example")]
    assert decisions(rows, domains) == {}


def test_people_of_one_source_join_by_address_but_not_by_the_model() -> None:
    rows: Rows = [("crm", "1", None, "Ada"), ("crm", "2", None, "Ada B."), ("crm", "3", None, "Ada B")]
    frames = contact_frames(rows, [("crm", "1", "ada@a.example"), ("crm", "2", "ada@a.example")])
    made = linked("contact", frames | {"identity.contact_pair": scored({("crm:2", "crm:3"): SURE})})
    assert golden("contact", made)["crm:2"] == "crm:1"
    assert golden("contact", made)["crm:3"] == "crm:3"


def test_people_of_a_source_that_knows_them_by_address_alone_join_by_the_model() -> None:
    names = {"mail": ("ada@a.example", "Ada.B@a.example"), "crm": ("1", "2")}
    for source, (one, other) in names.items():
        rows: Rows = [(source, one, None, "Ada"), (source, other, None, "Ada B.")]
        frames = contact_frames(rows, [(source, one, "ada@a.example"), (source, other, "ada.b@a.example")])
        pair = (f"{source}:{one}", f"{source}:{other}")
        made = linked("contact", frames | {"identity.contact_pair": scored({pair: SURE})})
        found = golden("contact", made)
        assert (found[pair[0]] == found[pair[1]]) == (source == "mail")


# --- all at once, against a plain account ----------------------------------------------------------------------------


def account(world: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """(verdict, rule) by pair: every cluster a set, every guard looked up among all pairs of members."""
    cluster = {key: {key} for key in world["keys"]}
    said: dict[tuple[str, str], bool] = {}
    refused: set[tuple[str, str]] = set()
    for left, right, rule, is_same, probability in world["opinions"]:
        one, other = cluster[left], cluster[right]
        cross = [tuple(sorted((a, b))) for a in one for b in other]
        if not is_same:
            if one is other:
                refused.add((left, right))
            else:
                said[left, right] = True
            continue
        if one is other or (rule == "model" and probability < 0.99):
            continue
        systems = {a.split(":")[0] for a in one} & {b.split(":")[0] for b in other}
        mine, theirs = ({d for key in side for d in world["own"][key]} for side in (one, other))
        is_wrong = any(pair in said for pair in cross)
        is_wrong |= rule != "person" and any(pair in world["parents"] for pair in cross)
        is_wrong |= rule in ("own_domain", "model") and bool(systems)
        is_by_people = (left, right) in world["by_people"]
        is_wrong |= rule == "model" and bool(mine and theirs and not mine & theirs) and not is_by_people
        is_wrong |= rule == "own_domain" and probability == 0 and mine != theirs
        is_wrong |= rule == "model" and len(one) + len(other) > world["cap"]
        if is_wrong:
            refused.add((left, right))
            continue
        one |= other
        for key in other:
            cluster[key] = one
    found = {}
    for left, right, rule, is_same, _ in world["opinions"]:
        together = cluster[left] is cluster[right]
        cross = [tuple(sorted((a, b))) for a in cluster[left] for b in cluster[right]]
        if not is_same:
            verdict = "refused" if together else "left"
        elif together:
            verdict = "joined"
        else:
            settled = any(pair in said or pair in world["parents"] for pair in cross)
            verdict = "refused" if settled or (left, right) in refused else "ask"
        found[left, right] = (verdict, rule)
    return found


def random_world(seed: int) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """Staging frames of a few companies with opinions of every kind, and the same as a plain account wants it."""
    rng = random.Random(seed)
    keys = [f"{source}:{n}" for source in TRUST for n in range(rng.randint(1, 4))]
    names = {key: tuple(key.split(":")) for key in keys}
    external = {key: rng.choice([None, None, rng.choice(keys)]) for key in keys}
    parent = {key: rng.choice([None, None, rng.choice(keys).split(":")[1]]) for key in keys}
    domains = [(*names[key], f"d{rng.randrange(6)}.example") for key in keys for _ in range(rng.randint(0, 2))]
    pairs = {pair: rng.uniform(0, 14) for pair in combinations(sorted(keys), 2) if rng.random() < 0.2}
    people = [(rng.choice(["same", "different"]), *rng.sample(keys, 2)) for _ in range(rng.randint(0, 5))]
    cap = rng.randint(2, 8)
    rows: Rows = [(*names[key], external[key], parent[key]) for key in keys]
    frames = company_frames(rows, domains) | policies(cluster_cap=cap)  # type: ignore[arg-type]
    by_people = {pair for pair in pairs if rng.random() < 0.3}
    frames |= {"identity.company_pair": scored(pairs, by_people), "policy.match_decision": decided(*people)}
    claims = {(f"{source}:{record}", domain) for source, record, domain in domains}
    shared = {d for a, d in claims for b, e in claims if d == e and a < b and names[a][0] == names[b][0]}
    own = {key: sorted(d for claimed, d in claims if claimed == key and d not in shared) for key in keys}
    opinions: dict[tuple[str, ...], tuple[Any, ...]] = {}

    def add(left: str, right: str, rule: str, is_same: bool, order: tuple[Any, ...], probability: float = 1.0) -> None:
        pair = tuple(sorted((left, right)))
        if left != right and (pair not in opinions or rule == opinions[pair][0] == "person"):
            opinions[pair] = (rule, is_same, (STRENGTH[rule], *order, pair), probability)

    for n, (verdict, left, right) in enumerate(people):
        add(left, right, "person", verdict == "same", (n, 0.0))
    for key in keys:
        if external[key]:
            add(key, str(external[key]), "external_id", True, (0, 0.0))
    order = sorted(keys, key=lambda key: (TRUST.index(names[key][0]), names[key][1]))
    for domain in sorted({d for claimed in own.values() for d in claimed}):
        first, *others = [key for key in order if domain in own[key]]
        for key in others:
            weight = pairs.get((min(first, key), max(first, key)))
            order_and_sureness = ((0, float("inf")), 0.0) if weight is None else ((0, -weight), 1.0)
            add(first, key, "own_domain", True, *order_and_sureness)
    for (left, right), weight in pairs.items():
        add(left, right, "model", True, (0, -weight), 2**weight / (1 + 2**weight))
    walked = sorted((told[2], pair, told) for pair, told in opinions.items())
    listed = [(*pair, told[0], told[1], told[3]) for _, pair, told in walked]
    parents = {tuple(sorted((key, f"{names[key][0]}:{parent[key]}"))) for key in keys if parent[key]}
    known = {(a, b) for a, b in parents if a != b}
    world = {"keys": keys, "opinions": listed, "own": own, "parents": known, "by_people": by_people, "cap": cap}
    return frames, world


def test_decisions_are_those_of_a_plain_account() -> None:
    seen: set[tuple[str, str]] = set()
    for seed in range(80):
        frames, world = random_world(seed)
        made = linked("company", frames)["identity.company_decision"].to_dicts()
        expected = account(world)
        assert {(row["left_key"], row["right_key"]): (row["verdict"], row["rule"]) for row in made} == expected, seed
        seen |= set(expected.values())
        for row in made:
            assert (row["guard"] is not None) == (row["verdict"] == "refused")
    of_companies = STRENGTH.keys() - {"email", "own_phone"}
    wanted = {(verdict, rule) for verdict in ("joined", "refused") for rule in of_companies}
    assert seen >= wanted | {("left", "person"), ("ask", "model")}, "the worlds are too tame to tell anything"
