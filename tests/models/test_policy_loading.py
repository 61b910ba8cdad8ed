"""Policy files: what becomes a table, whose file wins, and what a mistake is told as."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from models import settings
from models.policy import loading
from models.policy.loading import PolicyError, load_policies


@pytest.fixture
def shipped() -> str:
    return (loading.HERE / "revenue.toml").read_text()


def mistake(folder: Path, text: str) -> str:
    (folder / "revenue.toml").write_text(text)
    with pytest.raises(PolicyError) as caught:
        load_policies(folder)
    return str(caught.value)


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_settings_lists_and_tables(tmp_path: Path) -> None:
    found = load_policies(tmp_path)
    assert found["revenue"].height == 1
    assert found["revenue"]["reporting_currency"].to_list() == ["EUR"]
    assert found["revenue"].schema["fixed_rate_on"] == pl.Date()
    assert found["behaviour"].schema["won_opportunity_makes_revenue"] == pl.Boolean()
    assert found["revenue_counted_statuses"]["value"].to_list() == ["active", "past_due"]
    assert found["revenue_retention_windows"]["value"].to_list() == [1, 3, 12]
    assert found["revenue_interval"].columns == ["billing_interval", "numerator", "denominator"]
    assert found["nps"].schema["interval_z"] == pl.Decimal(38, 12)
    assert found["email_own_domains"].schema == {"value": pl.String()}
    assert load_policies(None).keys() == found.keys()


def test_own_file_wins_as_a_whole(tmp_path: Path, shipped: str) -> None:
    own = shipped.replace('"EUR"', '"USD"').replace('conversion = "month_rate"', 'conversion = "fixed_rate"')
    own = own.replace("# fixed_rate_on = 2026-01-01", "fixed_rate_on = 2025-05-05")
    (tmp_path / "revenue.toml").write_text(own.replace('["once", "repeating", "forever"]', "[]"))
    found = load_policies(tmp_path)
    assert found["revenue"].select("reporting_currency", "fixed_rate_on").row(0) == ("USD", date(2025, 5, 5))
    assert found["revenue_counted_discounts"].height == 0
    assert found["revenue_counted_discounts"].schema == {"value": pl.String()}
    assert Decimal(1) not in found["nps"]["interval_z"]


def test_unknown_setting(tmp_path: Path, shipped: str) -> None:
    text = shipped.replace("retention_windows =", "retention_window =")
    told = mistake(tmp_path, text).splitlines()
    assert told[0].startswith(f"{tmp_path / 'revenue.toml'}:1: retention_windows is missing. Add it")
    line = line_of(text, "retention_window =")
    assert told[1].startswith(f"{tmp_path / 'revenue.toml'}:{line}: retention_window is no setting of this file. Known")
    assert "trailing_months" in told[1]
    assert "Correct the name" in told[1]


@pytest.mark.parametrize(
    ("before", "after", "key", "words"),
    [
        ("reactivation_days = 90", 'reactivation_days = "90"', "reactivation_days = '90'", "should be a whole number"),
        ("reactivation_days = 90", "reactivation_days = -1", "reactivation_days = -1", "greater than or equal to 0"),
        ('time_zone = "UTC"', 'time_zone = "Berlin"', "time_zone = 'Berlin'", "is not a time zone"),
        (
            'reporting_currency = "EUR"',
            'reporting_currency = "Euro"',
            "reporting_currency = 'Euro'",
            "should be three capital letters, such as EUR.",
        ),
        ('reactivation = "always"', 'reactivation = "sometimes"', "reactivation = 'sometimes'", "'always'"),
        ("retention_windows = [1, 3, 12]", "retention_windows = [1, 1]", "retention_windows", "only once"),
        (
            "retention_windows = [1, 3, 12]",
            "retention_windows = [1, 0]",
            "retention_windows (entry 2) = 0",
            "equal to 1",
        ),
        (
            "# fixed_rate_on = 2026-01-01",
            'fixed_rate_on = "soon"',
            "fixed_rate_on = 'soon'",
            "should be a day without quotes, such as 2026-06-30.",
        ),
    ],
)
def test_wrong_value(tmp_path: Path, shipped: str, before: str, after: str, key: str, words: str) -> None:
    assert before in shipped
    text = shipped.replace(before, after)
    told = mistake(tmp_path, text)
    assert told.startswith(f"{tmp_path / 'revenue.toml'}:{line_of(text, after.split(' =')[0] + ' =')}: {key}: ")
    assert words in told
    assert "Change it, or delete the file" in told


def test_every_pattern_of_a_setting_has_words() -> None:
    texts = [path.read_text() for path in sorted(loading.HERE.glob("*.py"))]
    found = {pattern for text in texts for pattern in re.findall(r'pattern=r"([^"]*)"', text)}
    assert len(found) >= 5
    assert found <= settings.PATTERNS.keys()


def test_mistake_in_one_of_several_tables(tmp_path: Path, shipped: str) -> None:
    text = shipped.replace("numerator = 52", "numerator = 5.2")
    told = mistake(tmp_path, text)
    assert f":{line_of(text, 'numerator = 5.2')}: interval (entry 3).numerator" in told
    text = shipped.replace("numerator = 365\n", "")
    told = mistake(tmp_path, text)
    header = line_of(text, 'billing_interval = "day"') - 1
    assert f":{header}: interval (entry 4).numerator is missing" in told


def test_mistake_in_the_whole(tmp_path: Path, shipped: str) -> None:
    told = mistake(tmp_path, shipped.replace('billing_interval = "day"', 'billing_interval = "week"'))
    assert "[[interval]] must stand once for each of day, week, month, year" in told


def test_not_toml_and_not_text(tmp_path: Path, shipped: str) -> None:
    text = shipped.replace('policy_id = "standard"', "policy_id = standard")
    assert f"at line {line_of(text, 'policy_id')}" in mistake(tmp_path, text)
    (tmp_path / "revenue.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyError, match="not a readable TOML file"):
        load_policies(tmp_path)


def test_many_mistakes_are_not_all_told(tmp_path: Path, shipped: str) -> None:
    told = mistake(tmp_path, shipped + "\n".join(f"\n[[interval]]\nwrong{n} = 1" for n in range(9)))
    assert told.splitlines()[-1] == "... and 26 more in this file."


def test_a_policy_file_with_a_mistyped_name_is_not_ignored(tmp_path: Path) -> None:
    (tmp_path / "revenu.toml").write_text('policy_id = "ours"\n')
    with pytest.raises(PolicyError, match=r"no policy is called 'revenu'. Did you mean revenue.toml\?"):
        load_policies(tmp_path)
