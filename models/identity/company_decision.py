"""Which pairs of sources' organisations are the same company: people's word, ids that name each other, a domain of its
own, the model. What follows for the golden id is said in `company_link`.

A domain counts as a company's own when it is no free-mail or shared domain, and no single source gives it to two of its
companies: subsidiaries and agencies that share a domain are never joined by it.
"""

from __future__ import annotations

import duckdb

from models.identity.deciding import decide
from models.identity.opinions import of_external_ids, of_shared_values

INPUTS = ("identity.company_record", "identity.company_pair", "policy.identity", "policy.match_decision")
_RECORDS = "select *, true as is_counted from identity.company_record"
_OWN_DOMAINS = """
    with claim as (
        select source_key, source_system, rank, unnest(domains) as value from record
    ),
    shared as (
        select value from claim group by value, source_system having count(*) > 1
    )
    select source_key, rank, value from claim anti join shared using (value)
"""


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """Decide on every pair of companies somebody has an opinion on, as `deciding.decide` says."""
    rules = {"external_id": of_external_ids(), "own_domain": of_shared_values("select *, value as evidence from claim")}
    decide(con, "company", _RECORDS, rules, "identity.company_pair", _OWN_DOMAINS)
