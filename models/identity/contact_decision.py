"""Which pairs of sources' people are the same contact: people's word, ids that name each other, an e-mail address, a
telephone of one's own, the model. What follows for the golden id is said in `contact_link`.

A shared mailbox (info@, billing@) joins two records only when they give the same name. So does a telephone, and only
one that is no company's and all of whose names have a word in common: it goes with its owner from company to company.
Records of our own people are team members, never contacts: they link nobody to anybody.
"""

from __future__ import annotations

import duckdb

from models.identity.deciding import decide
from models.identity.opinions import of_external_ids, of_shared_values

INPUTS = (
    "identity.contact_record",
    "identity.contact_pair",
    "identity.company_record",
    "policy.identity",
    "policy.match_decision",
)
_RECORDS = """
    select
        *, null::varchar as parent_key, not list_contains(addresses, lower(source_record_id)) as is_counted
    from identity.contact_record
    where not is_ours
"""
"""A source that knows people by their address alone has as many records of a person as the person has addresses."""
_ADDRESSES = r"""
    select
        source_key, rank, address as evidence,
        case when list_contains(personal_addresses, address) then address else address || '|' || who end as value
    from (
        select
            source_key, rank, personal_addresses, unnest(addresses) as address,
            coalesce(regexp_replace(lower(name), '^[\s\p{Z}]+|[\s\p{Z}]+$', '', 'g'), '') as who
        from record
    )
"""
"""Each address; of a shared mailbox, the address with the name."""
_OWN_PHONES = r"""
    with listed as (
        select source_key, rank, unnest(phones) as phone, regexp_extract_all(clean_name, '\S\S+') as words
        from record
        where clean_name is not null
    ),
    own as (
        select *, count(*) over (partition by phone) as records
        from listed
        where phone not in (select c.phone from identity.company_record as c where c.phone is not null)
    ),
    named as (
        select source_key, rank, phone, records, words[1] as first, unnest(list_distinct(words)) as word from own
    ),
    counted as (
        select *, count(*) over (partition by phone, word) = records as is_common from named
    ),
    agreed as (
        select phone from counted group by phone having bool_or(is_common)
    )
    select
        source_key, rank, phone as evidence,
        concat(phone, '|', least(first, word), ' ', greatest(first, word)) as value
    from counted semi join agreed using (phone)
    where word <> first
"""
"""Each telephone of a person's own with two words of the name, in any order. One of the two is the name's first word,
so that relatives with two family names do not agree."""


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """Decide on every pair of contacts somebody has an opinion on, as `deciding.decide` says."""
    rules = {
        "external_id": of_external_ids(),
        "email": of_shared_values(_ADDRESSES),
        "own_phone": of_shared_values(_OWN_PHONES),
    }
    decide(con, "contact", _RECORDS, rules, "identity.contact_pair")
