"""What each source says of a company, cleaned for matching: one row per source record. Which match is not said here."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.contact_points import addresses, countries, phones, registered_domains
from models.identity.links import ranked
from models.identity.names import company_names, folded

INPUTS = (
    "staging.company",
    "staging.company_domain",
    "staging.contact_email",
    "staging.job_role",
    "staging.team_member",
    "policy.source_rank",
    "policy.email_free_mail_domains",
    "policy.email_shared_domains",
    "policy.email_own_domains",
    "policy.email_role_local_parts",
    "policy.email_automatic_prefixes",
)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per source's company; lists are sorted and never null. Sorted by rank."""
    rows = frames["staging.company"].with_columns(country=countries(pl.col("country")))
    rows = rows.unique(["source_system", "source_record_id"], keep="first", maintain_order=True)
    told = rows.join(company_names(rows["name"]), on="name", how="left").join(
        phones(rows), on=["phone", "country"], how="left", nulls_equal=True
    )
    about = told.select(
        "source_system",
        "source_record_id",
        "name",
        "clean_name",
        "legal_form",
        "country",
        "created_at",
        "loaded_at",
        phone="e164",
        address=folded(pl.col("address")),
        postal_code=folded(pl.col("postal_code")).str.replace_all(" ", ""),
        city=folded(pl.col("city")),
        parent_key=pl.col("source_system") + ":" + pl.col("parent_company_id"),
    )
    records = ranked(frames["staging.company"], frames["policy.source_rank"])
    records = records.join(about, on=["source_system", "source_record_id"], how="left")
    for name, found in _lists(frames).items():
        records = records.join(found.rename({"value": name}), on="source_key", how="left")
    lists = ["domains", "people_domains", "people"]
    empty = pl.lit([], dtype=pl.List(pl.String))
    return records.with_columns(pl.col(name).fill_null(empty) for name in lists).select(COLUMNS).sort("rank")


COLUMNS = (
    "source_key",
    "source_system",
    "source_record_id",
    "external_id",
    "rank",
    "name",
    "clean_name",
    "legal_form",
    "domains",
    "people_domains",
    "people",
    "phone",
    "address",
    "postal_code",
    "city",
    "country",
    "parent_key",
    "created_at",
    "loaded_at",
)


def _lists(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """source_key and value (a sorted list) for domains, people_domains and people."""
    said = frames["staging.company_domain"].select(
        source_key=pl.col("source_system") + ":" + pl.col("company_id"), host="domain"
    )
    people = _people(frames).filter(~pl.col("is_ours"))
    hosts = registered_domains(pl.concat([said["host"], people["host"]]), frames)
    work = people.filter(~pl.col("is_role"), ~pl.col("is_free"))
    return {
        "domains": _listed(said.join(hosts, on="host").select("source_key", value="domain")),
        "people_domains": _listed(people.join(hosts, on="host").select("source_key", value="domain")),
        "people": _listed(work.select("source_key", value="address")),
    }


def _people(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The addresses of each company's people as the company's own source has them, with `addresses`' columns."""
    roles = frames["staging.job_role"].select(
        source_key=pl.col("source_system") + ":" + pl.col("company_id"),
        person=pl.col("source_system") + ":" + pl.col("contact_id"),
    )
    known = addresses(frames).rename({"source_key": "person"})
    return roles.drop_nulls().unique().join(known, on="person").drop("person").unique()


def _listed(values: pl.DataFrame) -> pl.DataFrame:
    return values.group_by("source_key").agg(pl.col("value").unique().sort())
