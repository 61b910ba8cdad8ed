"""Who holds that two records are the same, or are not: people, exact rules, the model. Nothing is decided here.

Each function returns SQL for one rule's opinions: left_key, right_key (in any order, a pair any number of times) and
evidence; `opinions` returns SQL for the strongest on each pair. All read `record`, the records that may be the same.
"""

from __future__ import annotations

from collections.abc import Mapping

STRENGTH = {"person": 0, "external_id": 1, "email": 2, "own_phone": 2, "own_domain": 3, "model": 3}
"""Rules by strength, the strongest first: the order in which opinions are followed; of one strength, by weight. Of two
on one pair the one named first here counts."""
NO_CLAIMS = "select '' as source_key, '' as value limit 0"
"""What stands for the domains of one's own of those who have none."""
NO_PAIRS = "(select '' as left_key, '' as right_key, 0.0 as weight, 0.0 as probability, '' as evidence limit 0)"
"""What stands for the scored pairs of what no model compares."""


def of_external_ids() -> str:
    """What sources state themselves through `external_id`: `<source>:<id>`, or `*:<id>` for "some other source".

    `record`: source_key, source_system, source_record_id, external_id. An id that no record has links nothing; a `*`
    link holds only when exactly one record of the other sources has that id.
    """
    return """
        select n.source_key as left_key, r.source_key as right_key, n.external_id as evidence
        from record as n join record as r on n.external_id = r.source_key
        union all
        select n.source_key as left_key, min(r.source_key) as right_key, min(n.external_id) as evidence
        from record as n join record as r on substr(n.external_id, 3) = r.source_record_id
        where n.external_id like '*:%' and n.source_system <> r.source_system
        group by n.source_key
        having count(*) = 1
    """


def of_shared_values(claims: str) -> str:
    """Records that claim one value are the same: each is paired with the most trusted that claims it.

    `claims`: SQL for source_key, rank, value (what must be equal), evidence (how it is told).
    """
    return f"""
        with claimed as materialized ({claims}),
        first as (
            select value, arg_min(source_key, rank) as source_key from claimed group by value having count(*) > 1
        )
        select c.source_key as left_key, f.source_key as right_key, c.evidence
        from claimed as c join first as f on c.value = f.value
    """


def opinions(name: str, rules: Mapping[str, str], pairs: str) -> str:
    """SQL for the strongest opinion on each pair: left_key < right_key, is_same, rule, evidence, decided_by,
    decided_at, weight, probability; of a rule's opinions on one pair that with the first evidence.

    `name`: the object. `rules`: the rule's name -> SQL of its opinions. `pairs`: the table of scored pairs, or SQL.
    """
    exact = " union all ".join(
        f"select {place} as place, '{rule}' as rule, left_key, right_key, evidence from ({sql})"
        for place, rule in enumerate(STRENGTH)
        if (sql := rules.get(rule))
    )
    return f"""
        with said as (
            {_of_people(name)}
            union all by name
            select
                place, rule, true as is_same, least(left_key, right_key) as left_key,
                greatest(left_key, right_key) as right_key, evidence
            from ({exact})
            where left_key <> right_key
        ),
        strongest as (
            select * from said qualify row_number() over (partition by left_key, right_key order by place, evidence) = 1
        )
        select
            coalesce(s.left_key, p.left_key) as left_key,
            coalesce(s.right_key, p.right_key) as right_key,
            coalesce(s.is_same, true) as is_same,
            coalesce(s.rule, 'model') as rule,
            case when s.rule is null then p.evidence else s.evidence end as evidence,
            s.decided_by,
            s.decided_at,
            p.weight,
            p.probability
        from strongest as s
        full join {pairs} as p on s.left_key = p.left_key and s.right_key = p.right_key
    """


def _of_people(name: str) -> str:
    """What people decided about one object and did not take back; of two decisions on one pair the later holds."""
    return f"""
        select
            0 as place, 'person' as rule, verdict = 'same' as is_same, least("left", "right") as left_key,
            greatest("left", "right") as right_key, reason as evidence, "by" as decided_by, decided_at
        from policy.match_decision as d
        where object = '{name}' and undone_at is null and "left" <> "right"
        qualify row_number() over (partition by left_key, right_key order by decided_at desc, d.place desc) = 1
    """
