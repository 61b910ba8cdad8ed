"""What each source says of a company, cleaned for matching: one row per source record. Which match is not said here."""

from __future__ import annotations

import duckdb
import polars as pl

from models.identity.cleaning import Parts, clean
from models.identity.contact_points import addresses, countries, phones, registered_domains
from models.identity.links import RANK
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
_PARTS = {
    "company": f"""
        select
            source_system || ':' || source_record_id as source_key, source_system, source_record_id, external_id,
            {RANK} as rank, name, phone, country, address, postal_code, city, parent_company_id, created_at, loaded_at
        from staging.company
        left join policy.source_rank on source_system = source
    """,
    "domain": """
        select source_system || ':' || company_id as source_key, domain as host
        from staging.company_domain
        where company_id is not null
    """,
    "person": """
        select r.source_system || ':' || r.company_id as source_key, e.address
        from staging.job_role as r
        join staging.contact_email as e on r.source_system = e.source_system and r.contact_id = e.contact_id
        where r.company_id is not null
    """,
}
_LISTS = ("domains", "people_domains", "people")
COLUMNS = {
    "source_key": "VARCHAR",
    "source_system": "VARCHAR",
    "source_record_id": "VARCHAR",
    "external_id": "VARCHAR",
    "rank": "VARCHAR",
    "name": "VARCHAR",
    "clean_name": "VARCHAR",
    "legal_form": "VARCHAR",
    "domains": "VARCHAR[]",
    "people_domains": "VARCHAR[]",
    "people": "VARCHAR[]",
    "phone": "VARCHAR",
    "address": "VARCHAR",
    "postal_code": "VARCHAR",
    "city": "VARCHAR",
    "country": "VARCHAR",
    "parent_key": "VARCHAR",
    "created_at": "TIMESTAMP",
    "loaded_at": "TIMESTAMP",
}


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """One row per source's company (`COLUMNS` and print); lists are sorted and never null."""
    clean(con, "identity.company_record", COLUMNS, _PARTS, _build)


def _build(parts: Parts, policies: Parts) -> pl.DataFrame:
    rows = parts["company"].with_columns(country=countries(pl.col("country")))
    rows = rows.unique("source_key", keep="first", maintain_order=True)
    told = rows.join(company_names(rows["name"]), on="name", how="left").join(
        phones(rows), on=["phone", "country"], how="left", nulls_equal=True
    )
    records = told.with_columns(
        phone="e164",
        address=folded(pl.col("address")),
        postal_code=folded(pl.col("postal_code")).str.replace_all(" ", ""),
        city=folded(pl.col("city")),
        parent_key=pl.col("source_system") + ":" + pl.col("parent_company_id"),
    )
    for name, found in _lists(parts, policies).items():
        listed = found.group_by("source_key").agg(pl.col("value").unique().sort().alias(name))
        records = records.join(listed, on="source_key", how="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return records.with_columns(pl.col(name).fill_null(empty) for name in _LISTS).select(*COLUMNS)


def _lists(parts: Parts, policies: Parts) -> dict[str, pl.DataFrame]:
    """source_key and value for domains, people_domains and people; a value may stand there several times."""
    people = addresses(parts["person"], policies).filter(~pl.col("is_ours"))
    hosts = registered_domains(pl.concat([parts["domain"]["host"], people["host"]]), policies)
    work = people.filter(~pl.col("is_role"), ~pl.col("is_free"))
    return {
        "domains": parts["domain"].join(hosts, on="host").select("source_key", value="domain"),
        "people_domains": people.join(hosts, on="host").select("source_key", value="domain"),
        "people": work.select("source_key", value="address"),
    }
