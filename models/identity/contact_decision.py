"""Which pairs of sources' people are the same contact: people's word, ids that name each other, an e-mail address, a
telephone of one's own, the model. What follows for the golden id is said in `contact_link`.

A shared mailbox (info@, billing@) joins two records only when they give the same name. So does a telephone, and only
one that is no company's and all of whose names have a word in common: it goes with its owner from company to company.
Records of our own people are team members, never contacts: they link nobody to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.deciding import decide
from models.identity.opinions import of_external_ids, of_shared_values

INPUTS = (
    "identity.contact_record",
    "identity.contact_pair",
    "identity.company_record",
    "policy.identity",
    "policy.match_decision",
)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Decide on every pair of contacts somebody has an opinion on; returns `deciding.DECISION`."""
    people = frames["identity.contact_record"].filter(~pl.col("is_ours"))
    phones = _own_phones(people, frames["identity.company_record"]["phone"])
    rules = [
        of_external_ids(people),
        of_shared_values("email", _addresses(people)),
        of_shared_values("own_phone", phones),
    ]
    return decide("contact", people, rules, frames["identity.contact_pair"], frames)


def _addresses(people: pl.DataFrame) -> pl.DataFrame:
    """source_key, rank, value, evidence: each address; of a shared mailbox, the address with the name."""
    listed = people.select(
        "source_key", "rank", "personal_addresses", evidence="addresses", who=pl.col("name").str.to_lowercase()
    ).explode("evidence")
    is_personal = pl.col("evidence").is_in(pl.col("personal_addresses"))
    named = pl.col("evidence") + "|" + pl.col("who").str.strip_chars().fill_null("")
    return listed.drop_nulls("evidence").select(
        "source_key", "rank", "evidence", value=pl.when(is_personal).then("evidence").otherwise(named)
    )


def _own_phones(people: pl.DataFrame, switchboards: pl.Series) -> pl.DataFrame:
    """source_key, rank, value, evidence: each telephone of a person's own with two words of the name, in any order.

    One of the two is the name's first word, so that relatives with two family names do not agree.
    """
    words = (
        people.select("source_key", "rank", evidence="phones", words=pl.col("clean_name").str.extract_all(r"\S\S+"))
        .explode("evidence")
        .drop_nulls()
        .filter(~pl.col("evidence").is_in(switchboards.drop_nulls().implode()))
        .with_columns(first=pl.col("words").list.first(), records=pl.len().over("evidence"))
        .with_columns(word=pl.col("words").list.unique())
        .explode("word")
        .with_columns(is_common=pl.len().over("evidence", "word") == pl.col("records"))
        .filter(pl.col("is_common").any().over("evidence"), pl.col("word") != pl.col("first"))
    )
    both = pl.concat_list("first", "word").list.sort().list.join(" ")
    return words.select("source_key", "rank", "evidence", value=pl.col("evidence") + "|" + both)
