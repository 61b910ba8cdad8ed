"""Which pairs of sources' users are the same team member: people's word, an e-mail address. What
follows for the golden id is said in `team_member_link`.
"""

from __future__ import annotations

import duckdb

from models.identity.deciding import decide
from models.identity.links import RANK
from models.identity.opinions import of_shared_values

INPUTS = ("staging.team_member", "policy.source_rank", "policy.identity", "policy.match_decision")
RECORDS = f"""
    select
        source_system || ':' || source_record_id as source_key, source_system, source_record_id,
        min(lower(trim(email))) as address, min(loaded_at) as loaded_at, {RANK} as rank,
        null::varchar as parent_key, true as is_counted, false as is_ours
    from staging.team_member
    left join policy.source_rank on source_system = source
    group by source_system, source_record_id, trust
"""


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """Decide on every pair of team members somebody has an opinion on, as `deciding.decide` says."""
    claims = "select source_key, rank, address as value, address as evidence from record where address is not null"
    decide(con, "team_member", RECORDS, {"email": of_shared_values(claims)})
