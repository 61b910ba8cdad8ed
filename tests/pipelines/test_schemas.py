"""Text becomes the declared type or a reason in words; tables get the declared columns, types and comments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.custom_schema import class_name
from models.marts.portfolio import Portfolio
from models.marts.team_portfolio import TeamPortfolio
from models.objects.company import Company
from models.schema import Day, Exact, Flag, Instant, Json, Money, Number, Schema, Text, Whole, field
from pipelines.schemas import (
    cast_from_text,
    cast_reason,
    check_reasons,
    columns_of,
    comments,
    definition,
    literal,
    missing_reason,
    schema_of,
    sql_type,
)
from pipelines.warehouse import Connection, connect


class Sample(Schema):
    """One of each kind,
    told over two lines."""

    sample_id: Text = field("Its id.", key=True)
    whole: Whole = field("A count.", ge=0, le=10)
    money: Money = field("An amount.")
    exact: Exact = field("A rate.")
    number: Number = field("A measure.")
    flag: Flag = field("Yes or no.")
    day: Day = field("A day.")
    moment_at: Instant = field("A moment.")
    document: Json = field("A document.", json=True)
    colour: Text = field("It's a colour.", isin=["red", "it's blue"])
    code: Text = field("A code.", matches=r"^[A-Z]{3}$", required=True)
    company_id: Text = field("Whose it is.", references="company")


COLUMNS = {column.name: column for column in columns_of(Sample)}


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = connect(Path(tmp_path_factory.mktemp("schemas")) / "db.duckdb")
    yield connection
    connection.close()


def cast(con: Connection, name: str, text: str | None) -> tuple[Any, str | None]:
    """The typed value of a text and the reason why there is none."""
    value = cast_from_text(COLUMNS[name], "t")
    reason = cast_reason(COLUMNS[name], "t", f"({value})")
    return con.execute(f"select {value}, {reason} from (select cast(? as varchar) as t)", [text]).fetchall()[0]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("moment_at", "2026-03-31T14:05:00Z", datetime(2026, 3, 31, 14, 5)),
        ("moment_at", "2026-03-31T14:05:00+02:00", datetime(2026, 3, 31, 12, 5)),
        ("moment_at", "2026-03-31 23:30:00-05:00", datetime(2026, 4, 1, 4, 30)),
        ("moment_at", "2026-03-31 14:05:00.123456", datetime(2026, 3, 31, 14, 5, 0, 123456)),
        ("moment_at", "2026-03-31", datetime(2026, 3, 31)),
        ("moment_at", "9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59)),
        ("day", "2026-03-31", date(2026, 3, 31)),
        ("day", "2026-03-31T23:30:00-05:00", date(2026, 4, 1)),
        ("whole", "12", 12),
        ("whole", " -12 ", -12),
        ("whole", "12.00", 12),
        ("whole", "9007199254740993", 9007199254740993),
        ("money", "0.1", Decimal("0.1")),
        ("money", "-1234567890.1234", Decimal("-1234567890.1234")),
        ("money", "1.50000", Decimal("1.5")),
        ("exact", "0.000000000001", Decimal("0.000000000001")),
        ("number", "1e3", 1000.0),
        ("flag", "true", True),
        ("flag", "FALSE", False),
        ("document", '{"a": [1]}', '{"a": [1]}'),
        ("colour", "anything", "anything"),
    ],
)
def test_good_text_becomes_the_declared_type(con: Connection, name: str, text: str, expected: object) -> None:
    assert cast(con, name, text) == (expected, None)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("moment_at", "31.03.2026", "a date and time such as 2026-03-31T14:05:00Z"),
        ("moment_at", "2026-02-30", "a date and time such as 2026-03-31T14:05:00Z"),
        ("moment_at", "infinity", "a date and time such as 2026-03-31T14:05:00Z"),
        ("moment_at", "20260-03-31", "a date and time such as 2026-03-31T14:05:00Z"),
        ("day", "soon", "a date such as 2026-03-31"),
        ("day", "-infinity", "a date such as 2026-03-31"),
        ("whole", "1.5", "a whole number"),
        ("whole", "1e3", "a whole number"),
        ("whole", "1,000", "a whole number"),
        ("whole", "99999999999999999999", "a whole number"),
        ("money", "0.12345", "a decimal number with at most 4 places"),
        ("money", "1.234,50", "a decimal number with at most 4 places"),
        ("money", "EUR 5", "a decimal number with at most 4 places"),
        ("money", "999999999999999", "a decimal number with at most 4 places"),
        ("exact", "0.0000000000001", "a decimal number with at most 12 places"),
        ("number", "1,5", "a number"),
        ("number", "nan", "a number"),
        ("number", "inf", "a number"),
        ("flag", "perhaps", "true or false"),
        ("document", "{'a': 1}", "a JSON document"),
    ],
)
def test_bad_text_is_refused_in_words(con: Connection, name: str, text: str, words: str) -> None:
    assert cast(con, name, text) == (None, f'{name}: "{text}" is not {words}')


@pytest.mark.parametrize("name", list(COLUMNS))
def test_no_text_is_no_value_and_no_mistake(con: Connection, name: str) -> None:
    assert cast(con, name, None) == (None, None)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("whole", -1, 'whole: "-1" is below 0'),
        ("whole", 11, 'whole: "11" is above 10'),
        ("whole", 10, None),
        ("colour", "it's green", "colour: \"it's green\" is none of red, it's blue"),
        ("colour", "it's blue", None),
        ("colour", None, None),
        ("code", "eur", 'code: "eur" does not look as expected'),
        ("code", "EUR", None),
    ],
)
def test_every_broken_check_has_its_words(con: Connection, name: str, value: object, reason: str | None) -> None:
    found = [
        con.execute(f'select {sql} from (select cast(? as {COLUMNS[name].sql_type}) as "{name}")', [value]).fetchall()
        for sql in check_reasons(COLUMNS[name])
    ]
    assert [row[0][0] for row in found if row[0][0] is not None] == ([reason] if reason else [])


def test_a_missing_required_value_has_its_words(con: Connection) -> None:
    query = f"select {missing_reason(COLUMNS['code'], 't')} from (values (null), ('EUR')) as v (t)"
    assert con.execute(query).fetchall() == [("code is missing",), (None,)]


def test_a_check_without_words_is_refused() -> None:
    import pandera.polars as pa

    column = COLUMNS["whole"].__class__(**{**COLUMNS["whole"].__dict__, "checks": (pa.Check.ne(3),)})
    with pytest.raises(ValueError, match="no reason is written for the check 'not_equal_to'"):
        check_reasons(column)


def test_a_table_is_made_with_the_declared_types(con: Connection) -> None:
    con.execute(f"create or replace table sample ({definition(Sample)})").fetchall()
    described = {row[0]: (row[1], row[2]) for row in con.execute("describe sample").fetchall()}
    assert described == {
        "sample_id": ("VARCHAR", "NO"),
        "whole": ("BIGINT", "YES"),
        "money": ("DECIMAL(18,4)", "YES"),
        "exact": ("DECIMAL(38,12)", "YES"),
        "number": ("DOUBLE", "YES"),
        "flag": ("BOOLEAN", "YES"),
        "day": ("DATE", "YES"),
        "moment_at": ("TIMESTAMP", "YES"),
        "document": ("JSON", "YES"),
        "colour": ("VARCHAR", "YES"),
        "code": ("VARCHAR", "NO"),
        "company_id": ("VARCHAR", "YES"),
    }


def test_a_table_and_its_columns_say_what_they_are(con: Connection) -> None:
    con.execute(f"create or replace table sample ({definition(Sample)})").fetchall()
    for statement in comments("sample", Sample):
        con.execute(statement).fetchall()
    told = con.execute("select comment from duckdb_tables() where table_name = 'sample'").fetchall()
    assert told == [("One of each kind, told over two lines.",)]
    columns = dict(
        con.execute("select column_name, comment from duckdb_columns() where table_name = 'sample'").fetchall()
    )
    assert columns["colour"] == "It's a colour."
    assert columns["company_id"] == "Whose it is. References company."
    assert all(columns.values())


def test_what_a_declared_table_holds_passes_its_schema(con: Connection) -> None:
    con.execute(f"create or replace table sample ({definition(Sample)})").fetchall()
    con.execute(
        "insert into sample values ('1', 3, 1.5, 0.25, 0.5, true, date '2026-01-01', timestamp '2026-01-01 10:00:00', "
        "'{}', 'red', 'EUR', null)"
    ).fetchall()
    assert Sample.validate(con.sql("select * from sample").pl()).height == 1


def test_the_path_is_the_name() -> None:
    assert schema_of("objects.company") is Company
    assert schema_of("intermediate.month") is None
    assert class_name("opportunity_stage_history") == "OpportunityStageHistory"


def test_an_object_leads_with_its_id_and_ends_with_where_it_comes_from() -> None:
    names = [column.name for column in columns_of(Company)]
    assert names[0] == "company_id"
    assert names[-2:] == ["custom", "derived_by"]
    assert COLUMNS["sample_id"].key
    assert not COLUMNS["sample_id"].nullable
    assert COLUMNS["company_id"].references == "company"


def test_a_mart_leads_with_its_own_columns_and_ends_with_those_it_shares() -> None:
    owners, teams = ([column.name for column in columns_of(one)] for one in (Portfolio, TeamPortfolio))
    assert owners[:5] == ["team_member_id", "owner_name", "team", "as_of", "company_count"]
    assert teams[:4] == ["team", "as_of", "owner_count", "company_count"]
    assert owners[4:] == teams[3:]


def test_a_type_that_no_schema_may_use_is_refused() -> None:
    with pytest.raises(ValueError, match="No DuckDB type is agreed for"):
        sql_type(pl.List(pl.Int64()))


def test_a_literal_keeps_its_quotes() -> None:
    assert literal("it's") == "'it''s'"
