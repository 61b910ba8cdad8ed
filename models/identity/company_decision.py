"""Which pairs of sources' organisations are the same company: people's word, ids that name each other, a domain of its
own, the model. What follows for the golden id is said in `company_link`.

A domain counts as a company's own when it is no free-mail or shared domain, and no single source gives it to two of its
companies: subsidiaries and agencies that share a domain are never joined by it.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.deciding import decide
from models.identity.opinions import of_external_ids, of_shared_values

INPUTS = ("identity.company_record", "identity.company_pair", "policy.identity", "policy.match_decision")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Decide on every pair of companies somebody has an opinion on; returns `deciding.DECISION`."""
    records = frames["identity.company_record"]
    claims = _own_domains(records)
    own = claims.group_by("source_key").agg(own=pl.col("value").sort())
    rules = [of_external_ids(records), of_shared_values("own_domain", claims)]
    return decide(
        "company", records.join(own, on="source_key", how="left"), rules, frames["identity.company_pair"], frames
    )


def _own_domains(records: pl.DataFrame) -> pl.DataFrame:
    """source_key, rank, value, evidence: each domain that a source gives to no other of its companies."""
    claims = records.select("source_key", "source_system", "rank", value="domains").explode("value").drop_nulls("value")
    is_shared = pl.col("source_key").n_unique().over("source_system", "value") > 1
    shared = claims.filter(is_shared).select("value").unique()
    own = claims.join(shared, on="value", how="anti")
    return own.select("source_key", "rank", "value", evidence="value")
