"""What each source says of a person, cleaned for matching: one row per source record. Which match is not said here."""

from __future__ import annotations

import duckdb
import polars as pl

from models.identity.cleaning import Parts, clean
from models.identity.contact_points import addresses, countries, phones, registered_domains
from models.identity.links import RANK
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
_PARTS = {
    "contact": f"""
        select
            source_system || ':' || source_record_id as source_key, source_system, source_record_id, external_id,
            {RANK} as rank, name, first_name, last_name, country, created_at, loaded_at
        from staging.contact
        left join policy.source_rank on source_system = source
    """,
    "address": """
        select source_system || ':' || contact_id as source_key, address
        from staging.contact_email
        where contact_id is not null
    """,
    "phone": """
        select source_system || ':' || contact_id as source_key, phone
        from staging.contact_phone
        where contact_id is not null
    """,
    "role": """
        select
            r.source_system || ':' || r.contact_id as source_key, job_title, ended_on, r.source_record_id, l.company_id
        from staging.job_role as r
        left join identity.company_link as l on r.source_system || ':' || r.company_id = l.source_key
        where r.contact_id is not null
    """,
    "owner": """
        with claim as (
            select source_key, unnest(domains) as domain from identity.company_record
        ),
        owner as (
            select domain, min(l.company_id) as company_id
            from claim as c join identity.company_link as l on c.source_key = l.source_key
            group by domain
            having min(l.company_id) = max(l.company_id)
        ),
        placed as (
            select source_system, contact_id from staging.job_role
        ),
        alone as (
            select
                source_system || ':' || contact_id as source_key,
                string_split(trim(lower(split_part(address, '@', -1)), ' .'), '.') as labels
            from staging.contact_email as e anti join placed using (source_system, contact_id)
            where contact_id is not null
        ),
        beneath as (
            select source_key, labels, unnest(range(1, len(labels) + 1)) as place from alone
        )
        select distinct b.source_key, array_to_string(b.labels, '.') as host, o.domain, o.company_id
        from beneath as b
        join owner as o on array_to_string(b.labels[b.place:], '.') = o.domain
    """,
}
"""`owner`: of people whose source names no company, the one company that has a domain their address ends in."""
_LISTS = ("addresses", "personal_addresses", "phones", "company_ids")
COLUMNS = {
    "source_key": "VARCHAR",
    "source_system": "VARCHAR",
    "source_record_id": "VARCHAR",
    "external_id": "VARCHAR",
    "rank": "VARCHAR",
    "is_ours": "BOOLEAN",
    "name": "VARCHAR",
    "clean_name": "VARCHAR",
    "first_name": "VARCHAR",
    "last_name": "VARCHAR",
    "addresses": "VARCHAR[]",
    "personal_addresses": "VARCHAR[]",
    "phones": "VARCHAR[]",
    "job_title": "VARCHAR",
    "company_ids": "VARCHAR[]",
    "country": "VARCHAR",
    "created_at": "TIMESTAMP",
    "loaded_at": "TIMESTAMP",
}


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """One row per source's contact (`COLUMNS` and print); lists are sorted and never null."""
    clean(con, "identity.contact_record", COLUMNS, _PARTS, _build)


def _build(parts: Parts, policies: Parts) -> pl.DataFrame:
    rows = parts["contact"].unique("source_key", keep="first", maintain_order=True)
    rows = person_names(rows).with_columns(country=countries(pl.col("country")))
    known = addresses(parts["address"], policies)
    ours = known.filter("is_ours").select("source_key").unique()
    records = rows.with_columns(is_ours=pl.col("source_key").is_in(ours["source_key"].implode()))
    records = records.join(_titles(parts["role"]), on="source_key", how="left")
    placed = parts["role"].select("source_key", value="company_id").drop_nulls()
    found = {
        "addresses": known.select("source_key", value="address"),
        "personal_addresses": known.filter(~pl.col("is_role")).select("source_key", value="address"),
        "phones": _phones(records, parts["phone"]),
        "company_ids": pl.concat([placed, _by_domain(parts["owner"], policies)]),
    }
    for name, values in found.items():
        listed = values.group_by("source_key").agg(pl.col("value").unique().sort().alias(name))
        records = records.join(listed, on="source_key", how="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return records.with_columns(pl.col(name).fill_null(empty) for name in _LISTS).select(*COLUMNS)


def _by_domain(owners: pl.DataFrame, policies: Parts) -> pl.DataFrame:
    """source_key, value: the golden company by the registered domain of their address."""
    hosts = registered_domains(owners["host"], policies)
    return owners.join(hosts, on=["host", "domain"]).select("source_key", value="company_id")


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


def _phones(records: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """source_key and value: each number in E.164 form, national ones read as of the person's country."""
    written = said.join(records.select("source_key", "country"), on="source_key")
    read = written.join(phones(written), on=["phone", "country"], nulls_equal=True)
    return read.select("source_key", value="e164").drop_nulls()
