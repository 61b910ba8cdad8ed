"""`rapport explain mrr` and `rapport compare` on one world: numbers that add up, source rows in their place, words."""

from __future__ import annotations

import csv
import json
import re
import shutil
import warnings
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from models.policy import loading
from pipelines import declarations
from pipelines.answers import comparing, explaining_mrr, mrr_in_words
from pipelines.home import Home
from pipelines.rooms import PLACED
from pipelines.tables.source_rows import ORIGINS
from pipelines.warehouse import Connection, connect
from tests.pipelines import explained_world
from tests.pipelines.conftest import ENVIRONMENT

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.answers.explain import app
    from pipelines.cli import app as rapport_app

JUNE, MAY = date(2026, 6, 1), date(2026, 5, 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The small world and the tables of one's own, by four sets of rules: built, checked and published."""
    place = Home(tmp_path_factory.mktemp("explained") / "home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ENVIRONMENT:
            patch.setenv(name, "")
        explained_world.published(place)
        yield place
    declarations.use(None)


@pytest.fixture
def con(world: Home) -> Iterator[Connection]:
    opened = connect(world.snapshot, read_only=True)
    yield opened
    opened.close()


def rapport(home: Home, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["mrr", *arguments, "--home", str(home.path)])
    return result.exit_code, result.output


def lines(home: Home, place: str) -> str:
    """The record that stands at inbox/<source>/<file>:<line>, as text."""
    path, _, number = place.rpartition(":")
    text = (home.path / path).read_text()
    if path.endswith(".json"):
        return json.dumps(json.loads(text)["data"][int(number) - 1])
    return text.splitlines()[int(number) - 1]


# --- the numbers -----------------------------------------------------------------------------------------------------


def test_every_number_of_every_set_adds_up_and_leads_to_its_line(world: Home, con: Connection) -> None:
    told = con.execute("select distinct policy_id, company_id, month from marts.mrr_movement").fetchall()
    assert {policy for policy, *_ in told} == {"standard", "stripe", "chartmogul", "planhat"}
    seen = set()
    for policy, company, month in told:
        found = explaining_mrr.find(world, company, month, policy)
        assert found["problems"] == []
        assert mrr_in_words.text(found)
        for item in found["items"]:
            for source in (item["source"], *(one["source"] for one in item["discounts_on_it"])):
                seen.add((source["object"], source["rule"]))
                record = lines(world, source["place"])
                parts = source["source_record_id"].split(":")  # a compound id also tells the period, in our words
                assert all(part in record for part in (parts if source["source_system"] == "files" else parts[:1]))
    assert seen == {
        ("subscription_version", None),
        ("subscription_version", "won_opportunity"),
        ("subscription_version", "signed_contract_makes_revenue"),
        ("subscription_version", "subscription_renews_itself"),
        ("subscription_discount", None),
        ("invoice_line", None),
        ("invoice", None),
    }


@pytest.mark.parametrize(
    ("who", "month", "policy", "total", "items"),
    [
        ("Plain Ltd", JUNE, "standard", "25.5", [("25.5", "25.5", "periods.csv:3")]),
        ("Plain Ltd", date(2026, 3, 1), "standard", "125.5", [("100", "100", ":2"), ("25.5", "25.5", ":3")]),
        ("Plain Ltd", JUNE, "chartmogul", "75", [("75", "75", "bills.csv:4")]),
        ("Dollar Inc", MAY, "standard", "300", [("100", "100", ":6"), ("250", "250", ":2")]),
        ("Dollar Inc", JUNE, "standard", "308.333333", [("100", "100", ":6"), ("250", "250", ":2")]),
        ("Cheap BV", JUNE, "standard", "227", [("180", "162", ":3"), ("130", "65", ":4")]),
        ("Cheap BV", JUNE, "stripe", "292", [("180", "162", ":3"), ("130", "130", ":4")]),
        ("Cheap BV", JUNE, "planhat", "271", [("180", "162", ":3"), ("130", "65", ":4"), ("44", "44", ":5")]),
        ("Won AG", JUNE, "standard", "250", [("250", "250", "deals.csv:2")]),
        ("Signed SpA", JUNE, "standard", "200", [("200", "200", "papers.csv:2")]),
        ("Goes on KG", JUNE, "standard", "60", [("60", "60", "licenses.csv:7")]),
        ("Billed SA", JUNE, "standard", "130", [("100", "100", "bills.csv:2"), ("30", "30", "bills.csv:3")]),
        ("Harbour & Finch", JUNE, "standard", "400", [("400", "400", "inbox/stripe/subscriptions.json:1")]),
    ],
)
def test_what_a_number_is_made_of(
    world: Home, who: str, month: date, policy: str, total: str, items: list[tuple[str, str, str]]
) -> None:
    found = explaining_mrr.find(world, who, month, policy)
    assert found["whole"]["mrr"] == Decimal(total)
    made = [(item["gross_mrr"], item["net_mrr"], item["source"]["place"]) for item in found["items"]]
    assert [made_of[:2] for made_of in made] == [(Decimal(gross), Decimal(net)) for gross, net, _ in items]
    assert all(place.endswith(end) for (*_, place), (*_, end) in zip(made, items, strict=True))


def test_rates_tell_the_day_of_their_quote(world: Home) -> None:
    found = explaining_mrr.find(world, "Dollar Inc", JUNE)
    told = {row["currency"]: (row["rate"], row["quoted_on"]) for row in found["currencies"]}
    assert told["USD"] == (Decimal("0.833333333333"), date(2026, 6, 29))
    assert told["EUR"] == (1, None)
    said = mrr_in_words.text(found)
    assert "Together 250.00 USD a month (× 0.833333, quoted on 29 Jun 2026) = 208.33 EUR." in said
    assert "EUR: opening 300.00 + fx 8.33 = closing 308.33." in said
    assert "conversion: other currencies at the last rate quoted before the month was valued" in said


def test_derived_rows_say_by_which_rule_and_from_what(world: Home, con: Connection) -> None:
    (item,) = explaining_mrr.find(world, "Won AG", JUNE)["items"]
    assert (item["source"]["rule"], item["source"]["source_object"]) == ("won_opportunity", "opportunity")
    said = mrr_in_words.text(explaining_mrr.find(world, "Won AG", JUNE))
    assert "derived by won opportunity from opportunity" in said
    assert con.execute("from meta.source_row where file is null").fetchall() == []
    query = "select distinct object, rule from meta.source_row where rule is not null"
    assert set(con.execute(query).fetchall()) == set(ORIGINS)
    for name in ("subscription", "subscription_version", "invoice", "invoice_line", "opportunity", "contract"):
        known = "select object_id from meta.source_row where object = ?"
        lacking = f"select {name}_id from objects.{name} where {name}_id not in ({known})"
        assert con.execute(lacking, [name]).fetchall() == []


def test_analysts_find_the_same_by_a_query(con: Connection) -> None:
    query = """
        select i.net_mrr, s.source_system, s.file, s.line
        from marts.mrr_item as i
        join meta.source_row as s on s.object_id = coalesce(i.subscription_version_id, i.invoice_line_id)
            and s.object = case i.basis when 'subscription' then 'subscription_version' else i.basis end
        join objects.company as c on c.company_id = i.company_id
        where i.policy_id = 'standard' and c.name = 'Plain Ltd' order by s.line
    """
    found = con.execute(query).fetchall()
    assert found == [(100, "files", "periods.csv", 2), (Decimal("25.5"), "files", "periods.csv", 3)]


def test_every_rule_that_derives_rows_is_known() -> None:
    """A new rule in the models must say in ORIGINS what it makes its rows from."""
    models, said = Path(loading.HERE).parent, set()
    beside = {"subscription": "behaviour/agreed_subscription", "invoice": "objects/expected_invoice"}
    for name in PLACED:
        texts = [models / f"{path}.sql" for path in (f"objects/{name}", beside.get(name, ""))]
        found = "".join(path.read_text() for path in texts if path.is_file())
        said |= {(name, rule) for rule in re.findall(r"'(\w+)' as derived_by", found)}
    made_of = {("subscription_version", rule) for rule in ("won_opportunity", "signed_contract_makes_revenue")}
    assert said | made_of == set(ORIGINS)


# --- what is said ----------------------------------------------------------------------------------------------------


def test_it_reads_well(world: Home) -> None:
    code, said = rapport(world, "Cheap BV", "2026-06", "--policy", "stripe")
    assert code == 0
    for line in (
        "paid 292.00 EUR a month in June 2026, by the rules stripe.",
        "  EUR: opening 292.00, unchanged, = closing 292.00.",
        "  basis: price × quantity of subscriptions a month, after discounts, without tax.",
        "  snapshot: what runs at the last instant of the month (30 Jun 2026 23:59:59 UTC).",
        "  counted_statuses: subscriptions that are active or past due.",
        "  counted_discounts: discounts lower it whose duration is forever.",
        "  interval: a week is worth 52/12 of its price a month.",
        "2 × 90.00 EUR a month\n",
        "1 × 30.00 EUR a week × 52/12\n    = 130.00 EUR a month\n",
        "    = 180.00 - 18.00 discounts = 162.00 EUR a month",
        "    from inbox/files/licenses.csv:3 (subscription version files:L-2)",
        "    discount of 10 % (forever) from inbox/files/licenses.csv:3 (subscription discount files:D-1)",
        "    discount of 50 % (repeating, which does not count) from inbox/files/licenses.csv:4",
        "Together 292.00 EUR a month.",
        "That is what marts.mrr_movement and marts.company_month say, to the cent.",
    ):
        assert line in said


def test_scripts_get_json(world: Home) -> None:
    code, said = rapport(world, "Plain Ltd", "2026-04", "--json")
    found = json.loads(said)
    assert code == 0
    assert (found["policy_id"], found["month"], found["problems"]) == ("standard", "2026-04-01", [])
    places = [item["source"]["place"] for item in found["items"]]
    assert places == ["inbox/files/periods.csv:2", "inbox/files/periods.csv:3"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Nobody", "2026-06"], "Nobody goes by 'Nobody'."),
        (["Quiet Leed", "2026-06"], "Nobody goes by 'Quiet Leed'. Did you mean Quiet Lead"),
        (["Quiet Lead", "2026-06"], "Quiet Lead paid nothing in June 2026, nor in the month before, by the rules"),
        (["Quiet Lead", "2026-06"], "Nothing of it ever counted."),
        (["Plain Ltd", "2099-01"], "January 2099 is not known yet: what is published is as of 20"),
        (["Plain Ltd", "2025-06"], "It paid first in January 2026, last in June 2026."),
        (["Plain Ltd", "2026-06", "--policy", "mine"], "There are: standard, chartmogul, planhat, stripe; name more"),
        (["Plain Ltd", "June"], "'June' is not a month. Write it like 2026-06"),
    ],
)
def test_what_cannot_be_told_is_said(world: Home, arguments: list[str], words: str) -> None:
    code, said = rapport(world, *arguments)
    assert code == 2
    assert words in " ".join(re.sub(r"[│╭╮╰╯─]", " ", said).split())


def test_the_month_of_a_loss_tells_what_is_gone(world: Home) -> None:
    found = explaining_mrr.find(world, "Plain Ltd", MAY)
    assert (found["currencies"][0]["contraction"], len(found["items"])) == (100, 1)
    assert "opening 125.50 - contraction 100.00 = closing 25.50." in mrr_in_words.text(found)


def test_what_was_published_before_is_told(world: Home, tmp_path: Path) -> None:
    with duckdb.connect(str(spoilt(world, tmp_path).snapshot)) as con:
        con.execute("""
            insert into marts.restatement by name
            select 'mrr' as metric, 'company_id' as dimension, company_id as member, date '2026-05-01' as period,
                2 as publication, company_id, 'currency' as unit, 'EUR' as currency, 20 as first_said, 20 as said,
                25.5 as says, 5.5 as difference, timestamp '2026-06-20' as restated_at, timestamp '2026-07-01' as as_of,
                true as is_latest, 'late or changed source rows' as cause, 'Because.' as because, 1 as change_count
            from objects.company where name = 'Plain Ltd'
        """).fetchall()
    code, said = rapport(Home(tmp_path / "home"), "Plain Ltd", "2026-05")
    assert code == 0
    assert "It was published otherwise before:\n  MRR of May 2026, Plain Ltd: 20.00 EUR, now 25.50 EUR, since" in said
    assert "late or changed source rows: Because." in said


def spoilt(world: Home, place: Path) -> Home:
    """A home of its own with the world's published file, to change at will."""
    home = Home(place / "home")
    home.create(["files"])
    shutil.copy(world.snapshot, home.snapshot)
    return home


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (
            "update marts.mrr_item set net_mrr = net_mrr + 0.01",
            "The items in EUR come to 25.510000, marts.mrr_movement",
        ),
        ("update marts.mrr_item set quantity = 2", "Price × quantity × factor of files:Plain Ltd:2026-03-01"),
        (
            "update marts.company_month set mrr = mrr - 0.02",
            "The currencies come to 25.500000, marts.company_month says",
        ),
        (
            "update marts.mrr_movement set opening = opening + 1",
            "The movement in EUR comes to 26.500000, not to 25.5000",
        ),
        ("delete from marts.mrr_item", "The items in EUR come to 0.000000, marts.mrr_movement says 25.500000."),
    ],
)
def test_what_does_not_add_up_is_said_loudly(world: Home, tmp_path: Path, mistake: str, words: str) -> None:
    home = spoilt(world, tmp_path)
    with duckdb.connect(str(home.snapshot)) as con:
        con.execute(mistake).fetchall()
    code, said = rapport(home, "Plain Ltd", "2026-06")
    assert code == 1
    assert said.startswith(f"THIS DOES NOT ADD UP: {words}")


# --- between two sets ------------------------------------------------------------------------------------------------


def compared(home: Home, *arguments: str) -> tuple[int, str]:
    policies = ["--policy", "standard", "--policy", "planhat"] if "--policy" not in arguments else []
    result = CliRunner().invoke(rapport_app, ["compare", *policies, *arguments, "--home", str(home.path)])
    return result.exit_code, result.output if result.exit_code else result.stdout


def test_what_two_sets_make_of_a_month_reads_well(world: Home) -> None:
    code, said = compared(world, "--policy", "standard", "--policy", "chartmogul", "--month", "2026-06")
    assert code == 0
    assert said.splitlines() == [
        "From standard to chartmogul, in the order in which the switches are turned:",
        "  basis: subscription -> invoice_line",
        "  counted_statuses: active, past_due -> active, past_due, paused",
        "  rounding: exact -> per_item",
        "",
        "2026-06  Cheap BV: 227.00 -> 271.00 EUR (+44.00): counted_statuses +44.00",
        "2026-06  Plain Ltd: 25.50 -> 75.00 EUR (+49.50): basis +49.50",
    ]
    code, said = compared(world, "--company", "Dollar Inc")
    assert (code, said.splitlines()[-1]) == (0, "Nobody's MRR differs.")
    code, said = compared(world, "--policy", "stripe", "--policy", "stripe")
    assert (code, said) == (0, "stripe and stripe are the same rules.\n")


def test_a_comparison_comes_as_a_table_and_for_scripts(world: Home, tmp_path: Path) -> None:
    code, said = compared(world, "--company", "Cheap BV", "--month", "2026-05", "--json", "--csv", str(tmp_path / "x"))
    assert code == 0
    found = json.loads(said)
    (row,) = found["rows"]
    assert {name: Decimal(amount) for name, amount in row["parts"].items()} == {"counted_statuses": Decimal(44)}
    with (tmp_path / "x").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["company"], line["month"], line["reactivation"]) == ("Cheap BV", "2026-05-01", "")
    amounts = [Decimal(line[name]) for name in ("standard", "planhat", "difference", "counted_statuses")]
    assert amounts == [227, 271, 44, 44]


def test_a_comparison_is_what_is_computed_side_by_side(world: Home, con: Connection) -> None:
    for policy in ("stripe", "chartmogul", "planhat"):
        rows = comparing.find(world, "standard", policy)["rows"]
        told = {(row["company_id"], row["month"]): row["difference"] for row in rows if row["difference"]}
        query = "select company_id, month, mrr - main_mrr from marts.policy_difference where policy_id = ?"
        assert told == {(company, month): amount for company, month, amount in con.execute(query, [policy]).fetchall()}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--policy", "standard"], "Name two sets of rules: --policy standard --policy stripe."),
        (["--policy", "standard", "--policy", "mine"], "There are no rules 'mine'. There are: standard, chartmogul, "),
        (["--company", "Nobody"], "Nobody goes by 'Nobody'."),
    ],
)
def test_what_cannot_be_compared_is_said(world: Home, arguments: list[str], words: str) -> None:
    code, said = compared(world, *arguments)
    assert code == 2
    assert words in said
