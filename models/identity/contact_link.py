"""Which source's person is which contact. Which pairs are the same is decided in `contact_decision`.

Records of our own people are team members, never contacts: they get no contact (rule `team_member`).
"""

from __future__ import annotations

import duckdb

from models.identity.links import link

INPUTS = ("identity.contact_record", "identity.contact_decision", "ledger.founder")
_ADDRESSES = """
    with listed as (
        select source_key, is_ours, unnest(addresses) as address from identity.contact_record
    )
    select source_key, address
    from listed
    where not is_ours or address not in (select t.address from listed as t where not t.is_ours)
"""


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """Link every source's contact, as `links.link` says: contact_id is null for team members."""
    link(con, "contact", "from identity.contact_record", _ADDRESSES)
