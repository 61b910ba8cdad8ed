"""What a record can be reached by, in one spelling: registered domains, addresses, telephone numbers, countries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import phonenumbers
import polars as pl
from holidays.registry import COUNTRIES
from tldextract import TLDExtract

from models.identity.names import folded

_CODES = {code: entry[1] for entry in COUNTRIES.values() for code in entry[1:3]} | {"UK": "GB"}
_NAMES = {name.replace("_", ""): entry[1] for name, entry in COUNTRIES.items()} | {"usa": "US"}


def countries(written: pl.Expr) -> pl.Expr:
    """ISO 3166 two-letter codes of countries written as code or English name; null where it is neither."""
    code = written.str.strip_chars().str.to_uppercase().replace_strict(_CODES, default=None, return_dtype=pl.String)
    name = folded(written).str.replace_all(" ", "").replace_strict(_NAMES, default=None, return_dtype=pl.String)
    return pl.coalesce(code, name)


@cache
def _extract() -> TLDExtract:
    """The public-suffix list that tldextract brings along; customers of a private suffix (github.io) are apart."""
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def registered(host: str) -> str | None:
    """The domain somebody registered (acme.co.uk for www.acme.co.uk); None for a bare suffix or no domain at all.

    Of a name under no known suffix, such as acme.example, the last two labels.
    """
    found = _extract()(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else None
    return f"{found.subdomain.split('.')[-1]}.{found.domain}" if found.subdomain else None


def registered_domains(hosts: pl.Series, policies: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Unique hosts with the registered domain that tells a company: host, domain.

    Left out: free-mail and shared domains and our own, each by itself and by what is registered under it.
    """
    common = pl.concat(
        _lower(policies, name) for name in ("free_mail_domains", "shared_domains", "own_domains")
    ).implode()
    unique = pl.DataFrame({"host": hosts}).drop_nulls().unique(maintain_order=True)
    return (
        unique.with_columns(
            domain=pl.col("host").str.strip_chars(" .").str.to_lowercase().map_elements(registered, pl.String)
        )
        .drop_nulls()
        .filter(~pl.col("host").str.to_lowercase().is_in(common), ~pl.col("domain").is_in(common))
    )


def addresses(written: pl.DataFrame, policies: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every address of every record, from source_key, address: these, host, is_role, is_free, is_ours.

    Addresses are in lower case. `is_role`: a shared mailbox (billing@) or a machine; `is_ours`: of a team member or at
    one of our own domains. `policies`: a list each of free_mail_domains, own_domains, role_local_parts,
    automatic_prefixes, members (addresses), in column `value`.
    """
    mailbox = pl.col("address").str.split("@").list.first().str.split("+").list.first()
    prefixes = "|".join(["$^", *policies["automatic_prefixes"]["value"]]).replace(".", r"\.")
    is_of = {name: _lower(policies, name).implode() for name in policies}
    return (
        written.select("source_key", address=pl.col("address").str.strip_chars().str.to_lowercase())
        .filter(pl.col("address").str.contains("@", literal=True))
        .unique()
        .with_columns(host=pl.col("address").str.split("@").list.last())
        .with_columns(
            is_role=mailbox.is_in(is_of["role_local_parts"]) | mailbox.str.contains(f"^(?:{prefixes})"),
            is_free=pl.col("host").is_in(is_of["free_mail_domains"]),
            is_ours=pl.col("address").is_in(is_of["members"]) | pl.col("host").is_in(is_of["own_domains"]),
        )
    )


def _lower(policies: Mapping[str, pl.DataFrame], name: str) -> pl.Series:
    return policies[name]["value"].str.to_lowercase()


def phones(written: pl.DataFrame) -> pl.DataFrame:
    """Unique (phone, country) pairs with `e164`; null where it is no possible number."""
    unique = written.select("phone", "country").drop_nulls("phone").unique(maintain_order=True)
    return unique.with_columns(
        e164=pl.struct("phone", "country").map_elements(lambda row: e164(row["phone"], row["country"]), pl.String)
    )


def e164(phone: str, country: str | None) -> str | None:
    """A number in E.164 form, such as +493012345678; None when it is no possible number. `country`: ISO 3166 code."""
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
