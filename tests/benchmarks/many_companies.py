"""Very many companies as four careless sources would send them: staging frames, made column by column with a seed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import polars as pl

from models.policy.loading import load_policies

SOURCES = ("crm", "billing", "desk", "tool")
_SYLLABLES = [f"{first}{vowel}{last}" for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "n", "r")]
_TRADES = ["Software", "Logistics", "Clinics", "Capital", "Retail", "Tools", "Media", "Academy", "Energy", ""]
_FORMS = ["GmbH", "Ltd", "Inc.", "S.A.", "B.V.", "AB"]
_COUNTRIES = ["DE", "GB", "US", "FR", "NL", "SE"]


class _Dice:
    """Random columns, the same for the same seed: each throw takes the next one."""

    def __init__(self, seed: int) -> None:
        self.throws = itertools.count(seed * 1000)

    def below(self, limit: int) -> pl.Expr:
        return pl.int_range(pl.len()).hash(next(self.throws)) % limit

    def one_of(self, values: Sequence[str]) -> pl.Expr:
        return pl.lit(pl.Series([list(values)])).list.get(self.below(len(values)))

    def chance(self, share: float) -> pl.Expr:
        return self.below(10_000) < int(10_000 * share)


def staging(records: int, seed: int = 1) -> dict[str, pl.DataFrame]:
    """The frames `company_record` reads, for about as many company records, a quarter as many companies."""
    dice = _Dice(seed)
    companies = _companies(dice, records // len(SOURCES))
    rows = pl.concat([_sent(dice, companies, source) for source in SOURCES])
    domains = rows.filter(pl.col("domain").is_not_null()).select(
        "source_system", "domain", company_id="source_record_id", source_record_id="source_record_id"
    )
    person = rows.filter(pl.col("domain").is_not_null()).filter(dice.chance(0.4))
    person = person.select(
        "source_system", "source_record_id", address="info." + pl.col("source_record_id") + "@" + pl.col("domain")
    )
    text = ("external_id", "parent_company_id")
    return _policies() | {
        "staging.company": rows.drop("domain").with_columns(pl.lit(None, pl.String).alias(name) for name in text),
        "staging.company_domain": domains,
        "staging.contact_email": person.rename({"source_record_id": "contact_id"}),
        "staging.job_role": person.select(
            "source_system", contact_id="source_record_id", company_id="source_record_id", job_title=pl.lit("Owner")
        ),
        "staging.team_member": pl.DataFrame(schema={"email": pl.String}),
    }


def _companies(dice: _Dice, count: int) -> pl.DataFrame:
    """One row per company: what is true of it."""

    def number(low: int, high: int) -> pl.Expr:
        return (dice.below(high - low) + low).cast(pl.String)

    last = pl.when(dice.chance(0.5)).then(dice.one_of(_SYLLABLES)).otherwise(pl.lit(""))
    stem = pl.concat_str(*(dice.one_of(_SYLLABLES) for _ in range(3)), last)
    lists = {"form": _FORMS, "country": _COUNTRIES}
    return (
        pl.DataFrame({"no": pl.int_range(count, eager=True)})
        .with_columns(stem=stem, trade=dice.one_of(_TRADES), place=dice.below(len(_COUNTRIES)))
        .with_columns(
            pl.lit(pl.Series([values])).list.get(pl.col("place")).alias(name) for name, values in lists.items()
        )
        .with_columns(
            city="City " + number(0, 400),
            address=number(1, 999) + " Street " + number(0, 3000),
            postal_code=number(10_000, 99_999),
            phone="+1212" + number(2_000_000, 9_999_999),
            domain=pl.col("stem") + number(0, 9) + ".example",
        )
    )


def _sent(dice: _Dice, companies: pl.DataFrame, source: str) -> pl.DataFrame:
    """The companies as one source has them: misspelt, without legal form, with gaps."""
    stem, at = pl.col("stem").str.to_titlecase(), dice.below(5).cast(pl.Int64) + 1
    misspelt = stem.str.slice(0, at) + stem.str.slice(at + 1)
    name = pl.when(dice.chance(0.12)).then(misspelt).otherwise(stem) + " " + pl.col("trade")
    name = pl.when(dice.chance(0.5)).then(name + " " + pl.col("form")).otherwise(name)
    gaps = {"country": 0.1, "city": 0.3, "address": 0.4, "postal_code": 0.4, "phone": 0.5, "domain": 0.4}
    return companies.select(
        source_system=pl.lit(source),
        source_record_id=pl.col("no").cast(pl.String),
        name=name.str.strip_chars(),
        created_at=pl.lit(None, pl.Datetime("us")),
        loaded_at=pl.lit(None, pl.Datetime("us")),
        **{column: pl.when(~dice.chance(share)).then(column) for column, share in gaps.items()},
    )


def _policies() -> dict[str, pl.DataFrame]:
    ranks = pl.DataFrame({"source": SOURCES, "trust": range(len(SOURCES))}).cast({"trust": pl.Int64})
    return {f"policy.{name}": frame for name, frame in load_policies().items()} | {"policy.source_rank": ranks}
