"""The memory of what was published: every number of a closed month as it was said, and from which inputs it came.

It is part of the ledger: only ever added to, and not to be worked out anew. A publication is noted while its tables
are built and counts once the published file carries its number; what became of one that never got so far is taken out
again. What changed from one publication to the next is worked out in `models/intermediate` and `models/marts`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from pipelines.declared import current
from pipelines.home import ROOT
from pipelines.tables import metrics
from pipelines.warehouse import Connection, connect, scalar, table_names

TABLES = ("ledger.publication", "ledger.publication_input", "ledger.published_value")
BY_COMPANY = ("mrr", "company_id")
"""Beside the declared metrics and dimensions: MRR by company."""
_LEDGER = """
create schema if not exists ledger;
create schema if not exists meta;
create table if not exists ledger.publication (
    publication bigint not null, noted_at timestamp not null, arrival bigint not null, as_of timestamp not null,
    last_as_of timestamp not null, closed_before date not null, is_published boolean not null
);
create table if not exists ledger.publication_input (
    publication bigint not null, name varchar not null, fingerprint varchar
);
create table if not exists ledger.published_value (
    publication bigint not null, metric varchar not null, dimension varchar not null, member varchar not null,
    period date not null, value decimal(38, 12), currency varchar
);
create table if not exists meta.publication (publication bigint not null);
"""


def prepare(con: Connection, published: Path) -> None:
    """Make the tables where they are missing, and learn from the published file whether its publication still waits.

    The file is asked because a process may end between swapping it in and noting that: readers had seen it by then.
    """
    con.execute(_LEDGER).fetchall()
    waiting = con.execute("select publication from ledger.publication where not is_published").fetchall()
    if waiting and (_number(published),) in waiting:
        confirm(con)


def _number(published: Path) -> int | None:
    """Which publication a published file is; None where there is no file, or one from before they were counted."""
    if not published.exists():
        return None
    con = connect(published, read_only=True)
    try:
        if "meta.publication" not in table_names(con):
            return None
        return int(scalar(con, "select coalesce(max(publication), 0) from meta.publication"))
    finally:
        con.close()


def confirm(con: Connection) -> None:
    """Note that the newest publication is what readers see, and for which day at the latest it was computed."""
    con.execute(
        """
        update ledger.publication as p
        set is_published = true, last_as_of = greatest(p.last_as_of, (select as_of from meta.run))
        where p.publication = (select max(publication) from meta.publication)
            and p.as_of <= (select as_of from meta.run)
        """
    ).fetchall()


def build(con: Connection, kernel: str) -> int:
    """Note this run's publication, if it says or comes from anything else than the one before; return the values noted.

    A run for an earlier day than the last one noted is a look back, and notes nothing. Values of metrics that are read
    on the day itself, and of the month that is not over, are not noted: they are meant to change. `kernel` is the
    fingerprint of the code that every table is made with.
    """
    waits = "select publication from ledger.publication where not is_published"
    for table in reversed(TABLES):  # the list itself last, for it says which wait
        con.execute(f"delete from {table} where publication in ({waits})").fetchall()
    if not scalar(con, "select count(*) from ledger.publication where last_as_of > (select as_of from meta.run)"):
        _note(con, kernel)
    con.execute("delete from meta.publication").fetchall()
    con.execute("insert into meta.publication select coalesce(max(publication), 0) from ledger.publication").fetchall()
    return int(scalar(con, "select count(*) from ledger.published_value"))


def _note(con: Connection, kernel: str) -> None:
    """Add what differs from what was noted last; nothing at all where nothing does."""
    _show_values(con)
    _show_inputs(con, kernel)
    number = 1 + scalar(con, "select coalesce(max(publication), 0) from ledger.publication")
    con.execute("insert into ledger.published_value by name " + _NEW_VALUES, {"number": number}).fetchall()
    con.execute("insert into ledger.publication_input by name " + _NEW_INPUTS, {"number": number}).fetchall()
    con.execute("insert into ledger.publication by name " + _NEW_PUBLICATION, {"number": number}).fetchall()
    con.execute("drop table said_now; drop table input_now").fetchall()


def _show_values(con: Connection) -> None:
    """`said_now`: every number of a closed month. A plain sum of nothing is nothing, as if it were not said."""
    declared = [metric for metric in metrics.declared() if metric.time != "as_of"]
    names = ", ".join(f"'{metric.name}'" for metric in declared)
    con.execute(
        f"""
        create or replace temp table said_now as
        select * from (
            select metric, dimension, coalesce(member, '(none)') as member, period,
                case when denominator is null then nullif(numerator, 0)
                    else cast(round(value, 12) as decimal(38, 12)) end as value,
                case when unit = 'currency' then (select reporting_currency from policy.revenue) end as currency
            from metrics.metric_value where metric in ({names})
            union all
            select 'mrr', 'company_id', company_id, month, nullif(mrr, 0), currency from marts.company_month
            where policy_id = (select policy_id from policy.revenue)
        )
        where value is not null
            and period < (select cast(date_trunc('month', as_of) as date) from meta.run)
        """
    ).fetchall()


def _show_inputs(con: Connection, kernel: str) -> None:
    """`input_now`: a fingerprint of everything but delivered rows that a number comes from."""
    texts = {"code": kernel + models_version(), "declared": current().digest}
    for metric in metrics.declared():
        texts |= {f"metric.{metric.name}.{dimension}": repr(metric) for dimension in ("(all)", *metric.dimensions)}
    texts["metric.mrr.company_id"] = texts["metric.mrr.(all)"]
    con.execute("create or replace temp table input_now (name varchar, fingerprint varchar)").fetchall()
    con.executemany("insert into input_now values (?, ?)", [(name, _digest(text)) for name, text in texts.items()])
    con.execute(
        "insert into input_now select name, fingerprint from meta.table_state where name like 'policy.%' "
        "and name not in ('policy.match_decision', 'policy.source_rank', 'policy.revenue_compared') "
        "and not starts_with(name, 'policy.revenue_set') union all "
        "select 'decision.' || id, md5(cast(to_json(d) as varchar)) from policy.match_decision as d"
    ).fetchall()
    sets = con.execute("select name from meta.table_state where starts_with(name, 'policy.revenue_set')").fetchall()
    for (name,) in sets:  # no published number comes from the sets that are computed beside the main one
        con.execute(
            f"insert into input_now select '{name}', md5(string_agg(said, ' ' order by said)) from ("
            f"select cast(to_json(s) as varchar) as said from {name} as s "
            "where s.policy_id = (select policy_id from policy.revenue))"
        ).fetchall()


@cache
def models_version() -> str:
    """A fingerprint of what is written about every table; policies are told apart from it, each by itself."""
    paths = [path for kind in ("py", "sql", "toml") for path in (ROOT / "models").rglob(f"*.{kind}")]
    paths += (ROOT / "connectors").glob("*/*.sql")
    settings, demo = ROOT / "models" / "policy", ROOT / "models" / "demo"
    told = [
        path
        for path in sorted(paths)
        if demo not in path.parents and not (path.suffix == ".toml" and settings in path.parents)
    ]
    return _digest("".join(path.read_text() for path in told))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_NEW_VALUES = """
with last as (
    select metric, dimension, member, period, value, currency from ledger.published_value
    qualify row_number() over (partition by metric, dimension, member, period order by publication desc) = 1
),
declared as (select name from input_now where starts_with(name, 'metric.'))
select $number as publication, metric, dimension, member, period, n.value, n.currency
from said_now as n
full join last as l using (metric, dimension, member, period)
where (n.value is distinct from l.value or n.currency is distinct from l.currency)
    and 'metric.' || metric || '.' || dimension in (select name from declared)
order by metric, dimension, member, period
"""
_NEW_INPUTS = """
with last as (
    select name, fingerprint from ledger.publication_input
    qualify row_number() over (partition by name order by publication desc) = 1
)
select $number as publication, name, n.fingerprint
from input_now as n
full join last as l using (name)
where n.fingerprint is distinct from l.fingerprint
order by name
"""
_NEW_PUBLICATION = """
with now as (
    select coalesce(max(d.arrival), 0) as arrival, r.as_of, cast(date_trunc('month', r.as_of) as date) as closed_before,
        greatest(
            max(d.delivered_at), (select max(greatest(decided_at, undone_at)) from policy.match_decision),
            case when count(d.arrival) = 0 then r.as_of end
        ) as noted_at
    from meta.run as r left join meta.delivery as d on true
    group by r.as_of
)
select $number as publication, n.noted_at, n.arrival, n.as_of, n.as_of as last_as_of, n.closed_before,
    false as is_published
from now as n
left join (select * from ledger.publication order by publication desc limit 1) as l on true
where l.publication is null or l.arrival <> n.arrival or l.closed_before <> n.closed_before
    or exists (select 1 from ledger.published_value where publication = $number)
    or exists (select 1 from ledger.publication_input where publication = $number)
"""
