"""Makes a large warehouse of a small one: every raw row many times, with ids, domains and addresses of its own."""

from __future__ import annotations

from pipelines.home import Home
from pipelines.rooms import resources, sources
from pipelines.sync import raw
from pipelines.warehouse import Connection, columns, open_warehouse, save_counts, scalar, transaction

RULES = (
    # our own people stay one team
    (r"lumenly\.example", "lumenly.§"),
    (r"([\p{L}0-9-]+)\.example\b", r"\1-k{k}.example"),
    (r"([\w.+-]+)@([\w-]+\.(?:com|net|org|de|fr))\b", r"\1.k{k}@\2"),
    (r"lumenly\.§", "lumenly.example"),
    (r"\b(cus|sub|si|in|il|ch|re|cn|evt|pi)_([0-9]+)", r"\1_{k}x\2"),
    (r"\b([1236]0[0-9]{9}|[568]0[0-9]{6}|96[0-9]{6}|9000[0-9]{6}|50000[0-9]{4}|16[0-9]{17})\b", r"\1{k}"),
    (r"<m([0-9]{7})@", "<m{k}x\\1@"),
)
"""What is rewritten in every text, in order; `{k}` is the number of the copy."""
TICKET_NUMBERS = (
    ("raw_zendesk.tickets", "id"),
    ("raw_zendesk.tickets", "_key"),
    ("raw_zendesk.ticket_audits", "ticket_id"),
    ("raw_zendesk.satisfaction_ratings", "ticket_id"),
)
"""Ids too short to be told from other numbers by a rule."""
SHARED = (
    "owners",
    "products",
    "prices",
    "coupons",
    "groups",
    "rates",
    "deal_pipelines",
    "deal_stages",
    "ticket_stages",
)
"""Resources of which there is one, however many customers there are."""
EVENTS = ("tickets", "ticket_audits", "satisfaction_ratings", "messages", "message_addresses")
EVENT_SHARE = 10
"""Only one copy in so many has tickets and mails: the goal is ten events per company."""


def multiply(world: Home, home: Home, copies: int) -> dict[str, int]:
    """Fill a new home's raw tables with so many copies of a world's; return the rows of each table."""
    home.create(list(sources()))
    rows = {}
    with open_warehouse(home, "multiply") as con:
        raw.prepare(con)
        con.execute(f"attach '{world.warehouse}' as world (read_only)").fetchall()
        con.execute("set preserve_insertion_order = false").fetchall()
        for source in sources():
            for resource in resources(source):
                name = f"raw_{source}.{resource.name}"
                with transaction(con):
                    rows[name] = _copy(con, name, _times(resource.name, copies))
        ledger = "d.* replace (d.sha256 || '-' || k.k as sha256, d.arrival + 1000000 * k.k as arrival)"
        con.execute(
            f"insert into meta.delivery select {ledger} from world.meta.delivery as d, range(?) as k (k)", [copies]
        ).fetchall()
        con.execute("detach world").fetchall()
        con.execute("checkpoint").fetchall()
        save_counts(con, home)
    return {name: count for name, count in rows.items() if count}


def _times(resource: str, copies: int) -> int:
    if resource in SHARED:
        return 1
    return max(1, copies // EVENT_SHARE) if resource in EVENTS else copies


def _copy(con: Connection, name: str, times: int) -> int:
    kinds = {column: kind for column, kind in columns(con, f"world.{name}").items() if column != "_row_id"}
    for column in kinds.keys() - columns(con, name).keys():
        con.execute(f'alter table {name} add column "{column}" varchar').fetchall()
    chosen = [
        f'{_rewritten(con, name, column) if kind == "VARCHAR" else _text(column)} as "{column}"'
        for column, kind in kinds.items()
        if column not in ("_delivery_id", "_arrival")
    ]
    own = ["_delivery_id || '-' || k.k as _delivery_id", "_arrival + 1000000 * k.k as _arrival"]
    query = f"select {', '.join(own + chosen)} from world.{name} as r, range({times}) as k (k)"
    return int(scalar(con, f"insert into {name} by name {query}"))


def _text(column: str) -> str:
    return f'r."{column}"'


def _rewritten(con: Connection, name: str, column: str) -> str:
    """SQL for a column's text in copy `k`: only the rules that find something in the world's rows are tried."""
    if (name, column) in TICKET_NUMBERS:
        return f"case when k.k = 0 then {_text(column)} else {_text(column)} || lpad(cast(k.k as varchar), 4, '0') end"
    made = _text(column)
    for pattern, into in RULES:
        query = f"select coalesce(bool_or(regexp_matches({_text(column)}, ?)), false) from world.{name} as r"
        if scalar(con, query, [pattern.replace("§", "example")]):
            parts = " || cast(k.k as varchar) || ".join(f"'{part}'" for part in into.split("{k}"))
            made = f"regexp_replace({made}, '{pattern}', {parts}, 'g')"
    return made if made == _text(column) else f"case when k.k = 0 then {_text(column)} else {made} end"
