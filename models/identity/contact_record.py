"""What each source says of a person, cleaned for matching: one row per source record. Which match is not said here."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.contact_points import addresses, countries, phones, registered_domains
from models.identity.links import ranked
from models.identity.names import folded, person_names

INPUTS = (
    "staging.contact",
    "staging.contact_email",
    "staging.contact_phone",
    "staging.job_role",
    "staging.team_member",
    "identity.company_record",
    "identity.company_link",
    "policy.source_rank",
    "policy.email_free_mail_domains",
    "policy.email_own_domains",
    "policy.email_shared_domains",
    "policy.email_role_local_parts",
    "policy.email_automatic_prefixes",
)
COLUMNS = (
    "source_key",
    "source_system",
    "source_record_id",
    "external_id",
    "rank",
    "is_ours",
    "name",
    "clean_name",
    "first_name",
    "last_name",
    "addresses",
    "personal_addresses",
    "phones",
    "job_title",
    "company_ids",
    "country",
    "created_at",
    "loaded_at",
)
_LISTS = ("addresses", "personal_addresses", "phones", "company_ids")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per source's contact; lists are sorted and never null. Sorted by rank."""
    rows = frames["staging.contact"].unique(["source_system", "source_record_id"], keep="first", maintain_order=True)
    about = person_names(rows).select(
        "source_system",
        "source_record_id",
        "name",
        "clean_name",
        "first_name",
        "last_name",
        "created_at",
        "loaded_at",
        country=countries(pl.col("country")),
    )
    records = ranked(frames["staging.contact"], frames["policy.source_rank"])
    records = records.join(about, on=["source_system", "source_record_id"], how="left")
    known = addresses(frames)
    ours = known.filter("is_ours").select("source_key", is_ours=pl.lit(True)).unique()
    records = records.join(ours, on="source_key", how="left").with_columns(pl.col("is_ours").fill_null(False))
    roles = _roles(frames)
    records = records.join(_titles(roles), on="source_key", how="left")
    found = {
        "addresses": known.select("source_key", value="address"),
        "personal_addresses": known.filter(~pl.col("is_role")).select("source_key", value="address"),
        "phones": _phones(records, frames),
        "company_ids": pl.concat(
            [roles.select("source_key", value="company_id").drop_nulls(), _by_domain(known, frames)]
        ),
    }
    for name, values in found.items():
        listed = values.group_by("source_key").agg(pl.col("value").unique().sort().alias(name))
        records = records.join(listed, on="source_key", how="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return records.with_columns(pl.col(name).fill_null(empty) for name in _LISTS).select(COLUMNS).sort("rank")


def _roles(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """source_key of the person, golden company_id (null where unknown), job_title, ended_on, source_record_id."""
    golden = frames["identity.company_link"].select(company_key="source_key", golden="company_id")
    return (
        frames["staging.job_role"]
        .with_columns(
            source_key=pl.col("source_system") + ":" + pl.col("contact_id"),
            company_key=pl.col("source_system") + ":" + pl.col("company_id"),
        )
        .join(golden, on="company_key", how="left")
        .select("source_key", "job_title", "ended_on", "source_record_id", company_id="golden")
    )


def _by_domain(known: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """source_key, value: the golden company by the domain of their address, of people whose source names none.

    `known`: the columns of `contact_points.addresses`. A domain tells a company when just one has it.
    """
    placed = frames["staging.job_role"].select(source_key=pl.col("source_system") + ":" + pl.col("contact_id"))
    golden = frames["identity.company_link"].select("source_key", "company_id")
    owners = (
        frames["identity.company_record"]
        .select("source_key", domain="domains")
        .explode("domain")
        .drop_nulls("domain")
        .join(golden, on="source_key")
        .select("domain", value="company_id")
        .unique()
        .filter(pl.len().over("domain") == 1)
    )
    alone = known.join(placed, on="source_key", how="anti")
    hosts = registered_domains(alone["host"], frames)
    return alone.join(hosts, on="host").join(owners, on="domain").select("source_key", "value")


def _titles(roles: pl.DataFrame) -> pl.DataFrame:
    """source_key and the folded title of the role held last: one that has not ended, else the one that ended last."""
    return (
        roles.select("source_key", "ended_on", "source_record_id", "company_id", job_title=folded(pl.col("job_title")))
        .drop_nulls("job_title")
        .sort(
            "source_key",
            "ended_on",
            "source_record_id",
            "company_id",
            descending=[False, True, False, False],
            nulls_last=[True, False, True, True],
        )
        .unique("source_key", keep="first", maintain_order=True)
        .select("source_key", "job_title")
    )


def _phones(records: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """source_key and value: each number in E.164 form, national ones read as of the person's country."""
    written = (
        frames["staging.contact_phone"]
        .select("phone", source_key=pl.col("source_system") + ":" + pl.col("contact_id"))
        .join(records.select("source_key", "country"), on="source_key")
    )
    read = written.join(phones(written), on=["phone", "country"], nulls_equal=True)
    return read.select("source_key", value="e164").drop_nulls()
