"""`rapport portfolio`: the accounts of one of our people, a team or all, from the published tables by SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from models.marts.portfolio_account import RISKS
from pipelines.answers.lookup import NothingFoundError, open_snapshot, rows
from pipelines.home import Home
from pipelines.warehouse import Connection

ORDER = ", ".join(f"'{risk}'" for risk in RISKS)
"""Accounts are told in the order of what threatens them, the worst first."""
BANDS = ("at_risk", "needs_attention", "thriving")


def find(home: Home, who: str | None) -> dict[str, Any]:
    """The portfolios that are meant, as plain values: `title`, `as_of`, `teams`, `owners`, `accounts`, `untouched`.

    `untouched` are customers nobody was in touch with for the policy's days, the largest first. Without `who` all teams
    are meant, and `accounts` is empty. `accounts` has also those that these people are success managers of, and
    `managed` what these sum to. Raises `NothingFoundError` when nobody, or more than one, goes by that name.
    """
    with open_snapshot(home) as con:
        owners = rows(con, "select * from marts.portfolio order by team, owner_name, team_member_id")
        teams = rows(con, "select * from marts.team_portfolio order by arr desc, team")
        members: list[dict[str, Any]] = []
        team = [row for row in teams if row["team"].lower() == (who or "").strip().lower()]
        if who is None:
            title = "All teams"
        elif team:
            title, teams = team[0]["team"], team
            owners = [row for row in owners if row["team"] == title]
            members = rows(con, "select team_member_id from objects.team_member where team = ?", [title])
        else:
            owner = find_owner(con, who)
            title, teams, members = owner["name"], [], [owner]
            owners = [row for row in owners if row["team_member_id"] == owner["team_member_id"]]
        managers = [row["team_member_id"] for row in members]
        accounts = accounts_of(con, [row["team_member_id"] for row in owners], managers)
        (policy,) = rows(con, "select p.untouched_days, r.as_of_on from policy.portfolio as p, meta.run as r")
    untouched = [row for row in accounts if row["is_customer"] and row["is_untouched"]]
    managed = [row for row in accounts if row["csm_id"] in managers]
    return {
        "title": title,
        "as_of": policy["as_of_on"],
        "teams": teams,
        "owners": owners,
        "managed": _summed(managed) if managed else None,
        "accounts": accounts if who is not None else [],
        "untouched_days": policy["untouched_days"],
        "untouched": sorted(untouched, key=lambda row: (-row["arr"], row["company_name"], row["company_id"])),
    }


def _summed(accounts: list[dict[str, Any]]) -> dict[str, Any]:
    """What accounts sum to, by the names and rules of `marts.portfolio`, whose owners these accounts may not have."""
    customers = [row for row in accounts if row["is_customer"]]
    leaving = [row for row in customers if row["customer_status"] == "canceled"]
    bands = {band: [row for row in customers if row["health_band"] == band] for band in BANDS}
    renewing = [row for row in customers if row["is_renewing"]]

    def money(of: list[dict[str, Any]], name: str = "arr") -> Decimal:
        return sum((row[name] for row in of), Decimal(0))

    return {
        "customer_count": len(customers),
        "currency": accounts[0]["currency"],
        "arr": money(accounts),
        "leaving_count": len(leaving),
        "arr_leaving": money(leaving),
        **{f"{band}_count": len(of) for band, of in bands.items()},
        "arr_at_risk": money(bands["at_risk"]),
        "renewal_count": len(renewing),
        "renewal_arr": money(renewing),
        "overdue_amount": money(accounts, "overdue_amount"),
        "untouched_count": sum(row["is_untouched"] for row in customers),
    }


def find_owner(con: Connection, words: str) -> dict[str, Any]:
    """The team member of this id, e-mail address or name (whole, or a part of it); raises `NothingFoundError`.

    `nobody` stands for the owner of the companies nobody owns.
    """
    if words.strip().lower() == "nobody":
        return {"team_member_id": "nobody", "name": "Nobody", "email": None, "team": "nobody", "is_active": None}
    found = rows(
        con,
        """
        select team_member_id, name, email, coalesce(team, 'not stated') as team, is_active, case
            when team_member_id = $words or email = lower($words) then 0
            when lower(name) = lower($words) then 1
            when contains(lower(name), lower($words)) then 2 end as _rank
        from objects.team_member where _rank is not null order by _rank, name, team_member_id
        """,
        {"words": words.strip()},
    )
    best = [row for row in found if row["_rank"] == found[0]["_rank"]]
    if len(best) == 1:
        del best[0]["_rank"]
        return best[0]
    if best:
        listed = "".join(f"\n  {row['name']}  ({row['email'] or row['team_member_id']})" for row in best[:10])
        raise NothingFoundError(f"{len(best)} of our people go by {words!r}; name one by the e-mail address:{listed}")
    known = rows(
        con,
        "select name from objects.team_member "
        "order by jaro_winkler_similarity(lower(name), lower(?)) desc, name limit 3",
        [words],
    )
    near = f" Did you mean {', '.join(row['name'] for row in known)}?" if known else ""
    raise NothingFoundError(f"None of our people and no team goes by {words!r}.{near}")


def accounts_of(con: Connection, owners: list[str], managers: list[str]) -> list[dict[str, Any]]:
    """The accounts of these owners and of these success managers: customers first, the most threatened before the
    others."""
    return rows(
        con,
        "select * from marts.portfolio_account where team_member_id in (select unnest($owners)) "
        "or csm_id in (select unnest($managers)) "
        f"order by is_customer desc, coalesce(list_position([{ORDER}], risk), 99), arr desc, company_name, company_id",
        {"owners": owners, "managers": managers},
    )


# --- words -----------------------------------------------------------------------------------------------------------


def text(found: dict[str, Any]) -> str:
    """The portfolios as a colleague would say them: the sums, then each customer, the most threatened first."""
    parts = [f"{found['title']}, as of {found['as_of']}."]
    sums = [_sums(row["team"], row) for row in found["teams"]]
    # Those nobody owns are a team already.
    sums += [_sums(row["owner_name"], row) for row in found["owners"] if row["team"] != "nobody" or not sums]
    if found["managed"]:
        sums.append(_sums(f"{found['title']} as success manager", found["managed"]))
    parts.append("\n".join(sums) if sums else "No company is owned.")
    if sums:
        parts.append(_untouched(found))
    customers = [row for row in found["accounts"] if row["is_customer"]]
    others = len(found["accounts"]) - len(customers)
    whose = found["owners"][0]["team_member_id"] if found["owners"] and not found["teams"] else None
    parts += [account(row, whose) for row in customers]
    if found["accounts"]:
        parts.append(
            f"{_count(others, 'company')} besides that {'is' if others == 1 else 'are'} no customer (--json has all)."
        )
    return "\n\n".join(parts)


def _sums(name: str, row: dict[str, Any]) -> str:
    said = [
        f"{name}: {_count(row['customer_count'], 'customer')}, {_amount(row['arr'], row['currency'])} a year",
        f"{row['leaving_count']} gave notice ({_amount(row['arr_leaving'], row['currency'])})",
        f"{row['at_risk_count']} at risk ({_amount(row['arr_at_risk'], row['currency'])}), "
        f"{row['needs_attention_count']} {'needs' if row['needs_attention_count'] == 1 else 'need'} attention, "
        f"{row['thriving_count']} thriving",
        f"{row['renewal_count']} up for renewal ({_amount(row['renewal_arr'], row['currency'])})",
        f"{_amount(row['overdue_amount'], row['currency'])} overdue",
        f"{row['untouched_count']} not touched",
    ]
    return "; ".join(said) + "."


def account(row: dict[str, Any], whose: str | None) -> str:
    """One account in a few lines; its owner is named where that is not the one whose portfolio it is."""
    owned = f" Owner: {row['owner_name']}." if row["team_member_id"] != whose else ""
    lines = [f"{row['company_name']}: {_amount(row['arr'], row['currency'])} a year, {_health(row)}.{owned}"]
    if row["risk_words"]:
        lines.append(f"  Risk: {row['risk_words']}")
    if row["renewal_on"]:
        money = f": {_amount(row['renewing_arr'], row['currency'])} a year" if row["renewing_arr"] is not None else ""
        likely = f", {row['renewal_likelihood']:.0%} likely" if row["renewal_likelihood"] is not None else ""
        notice = ""
        if row["notice_on"]:
            until = "the last day for notice was" if row["notice_on"] < row["as_of"] else "notice until"
            notice = f", {until} {_day(row['notice_on'])}"
        lines.append(f"  Renews on {_day(row['renewal_on'])}{money}{likely}{notice}.")
    if row["task_count"]:
        late = f", {row['late_task_count']} late" if row["late_task_count"] else ""
        due = f", the first due on {_day(row['next_task_on'])}" if row["next_task_on"] else ""
        lines.append(f"  To do: {_count(row['task_count'], 'task')}{late}{due}.")
    touched = _ago(row["days_untouched"])
    # What is late is told with the tasks.
    is_ahead = row["next_touch_at"] and row["next_touch_at"].date() >= row["as_of"]
    ahead = f"; next on {_day(row['next_touch_at'])}" if is_ahead else ""
    lines.append(f"  Last touch: {touched}{' (too long)' if row['is_untouched'] else ''}{ahead}.")
    return "\n".join(lines)


def _untouched(found: dict[str, Any]) -> str:
    named = [
        f"{row['company_name']} ({row['owner_name']}, {_ago(row['days_untouched'])})" for row in found["untouched"]
    ]
    return f"Not touched for more than {_count(found['untouched_days'], 'day')}: {', '.join(named) or 'no customer'}."


def _ago(days: int | None) -> str:
    if days is None:
        return "never"
    return f"{_count(days, 'day')} ago" if days else "today"


def _health(row: dict[str, Any]) -> str:
    if row["health_band"] is None:
        return "not scored"
    moved = round(row["health_change_30d"] or 0)
    since = f", {abs(moved)} {'more' if moved > 0 else 'less'} than 30 days ago" if moved else ""
    return f"{row['health_band'].replace('_', ' ')} ({row['health_score']:.0f}{since})"


def _count(number: int, thing: str) -> str:
    many = f"{thing[:-1]}ies" if thing.endswith("y") and thing != "day" else f"{thing}s"
    return f"{number:,} {thing if number == 1 else many}"


def _day(value: date) -> str:
    return f"{value:%-d %b %Y}"


def _amount(value: Decimal, currency: str) -> str:
    return f"{value:,.2f} {currency}"
