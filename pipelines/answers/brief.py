"""`rapport brief`: who a customer is and how the relationship is going, from the published tables by SQL alone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.answers.lookup import find_company, find_contact, open_snapshot, rows
from pipelines.home import Home
from pipelines.warehouse import Connection, scalar

SIGNS = {
    "last_touch": ("{0:.0f} days without a touch", "recent contact"),
    "response_balance": ("they answer {0:.0%} of our messages", "they answer"),
    "ticket_load": ("{0:.0f} tickets of late", "few tickets"),
    "ticket_severity": ("{0:.0f} severe tickets open", "no severe tickets"),
    "nps": ("an NPS of {0:.0f}", "good NPS answers"),
    "csat": ("only {0:.0%} good ratings of tickets", "well rated tickets"),
    "payments_overdue": ("money {0:.0f} days overdue", "they pay in time"),
    "contract_time_left": ("{0:.0f} days of contract left", "a long contract"),
    "csm_score": ("a success manager's score of {0:.0f} out of 5", "the success manager is content"),
    "champion_left": ("{0:.0%} of the champions left", "the champions are there"),
}
"""What a sign of the health policy means when it is bad (with its raw value) and when it is good."""
RECENT = 8
"""Things that happened, newest first."""
PEOPLE = 6


def find(home: Home, who: str, known_on: date | None = None) -> dict[str, Any]:
    """Everything the brief says, as plain values: `company`, `person` (for an e-mail address) and what belongs to them.

    With `known_on` from the file that `rapport run --as-known-on` published for that day.

    Raises `NothingFoundError` when nobody, or more than one, goes by `who`.
    """
    with open_snapshot(home, known_on) as con:
        person = find_contact(con, who) if "@" in who else None
        company_id = person["company_id"] if person else None
        company = find_company(con, company_id if person and company_id else who) if company_id or not person else None
        found: dict[str, Any] = {
            "as_of": scalar(con, "select as_of_on from meta.run"),
            "as_known_on": known_on,
            "person": person,
            "company": company,
        }
        if company is not None:
            found |= _company_parts(con, company["company_id"])
        found["recent"] = _recent(con, company, person)
    return found


def _company_parts(con: Connection, company_id: str) -> dict[str, Any]:
    return {
        "health": rows(
            con,
            "select factor, raw_value, points, weight, contribution from marts.health_factor "
            "where company_id = ? order by points_lost desc nulls last, factor",
            [company_id],
        ),
        "movements": rows(
            con,
            "select month, opening, new, reactivation, expansion, contraction, churn, fx, closing "
            "from marts.company_month "
            "where company_id = ? and policy_id = (select policy_id from policy.revenue) "
            "and (new + reactivation + expansion + contraction + churn) > 0 "
            "order by month desc limit 3",
            [company_id],
        ),
        "people": rows(
            con,
            "select name, email, job_title, decision_role, last_touch_at from marts.contact_360 where company_id = ? "
            "order by last_touch_at desc nulls last, name limit ?",
            [company_id, PEOPLE],
        ),
        "opportunities": rows(
            con,
            "select title, stage, amount, currency, expected_close_on, next_steps from objects.opportunity "
            "where company_id = ? and status = 'open' order by expected_close_on, title",
            [company_id],
        ),
        "tickets": rows(
            con,
            "select ticket_id, subject, status, priority, opened_at from objects.ticket "
            "where company_id = ? and status not in ('solved', 'closed') order by opened_at",
            [company_id],
        ),
    }


def _recent(con: Connection, company: dict[str, Any] | None, person: dict[str, Any] | None) -> list[dict[str, Any]]:
    column, value = (
        ("contact_id", person["contact_id"]) if person else ("company_id", (company or {}).get("company_id"))
    )
    return rows(
        con,
        f"select happened_at, kind, title, object, object_id from marts.timeline where {column} = ? "
        "order by happened_at desc, object_id limit ?",
        [value, RECENT],
    )


def text(found: dict[str, Any]) -> str:
    """The brief as a colleague would say it."""
    parts = []
    if found["person"]:
        parts.append(_person(found["person"]))
    if found["company"]:
        parts += _company(found)
    parts.append(
        "Lately:\n"
        + (
            "\n".join(f"  {_day(row['happened_at'])}  {_words(row['kind'])}: {row['title']}" for row in found["recent"])
            or "  nothing is known"
        )
    )
    known = f", as known on {found['as_known_on']}" if found["as_known_on"] else ""
    parts.append(
        f"As of {found['as_of']}{known}. "
        "Rows: marts.company_360, marts.contact_360, marts.health_factor, marts.timeline."
    )
    return "\n\n".join(parts)


def _person(person: dict[str, Any]) -> str:
    title = ", ".join(filter(None, [person["job_title"], person["company_name"]])) or "no company known"
    role = (
        f" ({_words(person['decision_role'])})"
        if person["decision_role"] and person["decision_role"] != "unknown"
        else ""
    )
    said = [f"{person['name']}, {title}{role}."]
    said.append(_touch("Last in touch", person))
    said.append(
        f"In the last weeks {_count(person['messages_in'], 'message')} from them, {person['messages_out']} from us."
    )
    if person["nps_last_score"] is not None:
        said.append(f"Gave us a {person['nps_last_score']} out of 10 on {_day(person['nps_last_answered_at'])}.")
    if person["open_ticket_count"]:
        said.append(f"Waits on {_count(person['open_ticket_count'], 'ticket')}.")
    if person["email_preference"] in ("unsubscribed", "bounced"):
        said.append(f"Their e-mail is {person['email_preference']}.")
    return " ".join(said)


def _company(found: dict[str, Any]) -> list[str]:
    company = found["company"]
    place = ", ".join(filter(None, [company["city"], company["country"]]))
    size = f"{company['employee_count']:,} people" if company["employee_count"] else ""
    about = ", ".join(filter(None, [company["industry"], place, size, company["domains"]]))
    parts = [f"{company['name']} ({about or 'little is known'}).\n{_money(found)}", _relationship(found)]
    if found["people"]:
        parts.append("People:\n" + "\n".join(_contact_line(row) for row in found["people"]))
    if found["tickets"]:
        listed = "\n".join(
            f"  {row['priority'] or 'no'} priority, since {_day(row['opened_at'])}: "
            f"{row['subject']} [{row['ticket_id']}]"
            for row in found["tickets"][:5]
        )
        parts.append(f"Open tickets ({len(found['tickets'])}):\n{listed}")
    if found["opportunities"]:
        listed = "\n".join(
            f"  {row['title']}: {_words(row['stage'])}, {_amount(row['amount'], row['currency'])}, "
            f"expected {_day(row['expected_close_on'])}"
            for row in found["opportunities"]
        )
        parts.append(f"Open opportunities ({len(found['opportunities'])}):\n{listed}")
    return parts


def _money(found: dict[str, Any]) -> str:
    company = found["company"]
    currency, since, to = company["currency"], _day(company["customer_since"]), _day(company["customer_to"])
    said = {
        "prospect": "Not a customer yet.",
        "coming": f"Will be a customer from {since}.",
        "customer": f"Customer since {since}.",
        "canceled": f"Customer since {since}; has given notice, ends {to}.",
        "lost": f"Was a customer from {since} to {to}.",
    }[company["customer_status"]]
    if company["arr"]:
        said += f" Pays {_amount(company['arr'], currency)} a year ({_amount(company['mrr'], currency)} a month)."
    if company["renewal_on"]:
        said += f" Renews on {_day(company['renewal_on'])}."
    if company["overdue_count"]:
        said += (
            f" {_count(company['overdue_count'], 'invoice')} overdue: {_amount(company['overdue_amount'], currency)}, "
            f"the oldest for {company['overdue_days']} days."
        )
    if found["movements"]:
        said += " Lately: " + "; ".join(_movement(row, currency) for row in found["movements"]) + "."
    return said


def _movement(row: dict[str, Any], currency: str) -> str:
    kinds = [kind for kind in ("new", "reactivation", "expansion", "contraction", "churn") if row[kind]]
    return f"{row['month']:%b %Y} " + ", ".join(f"{kind} {_amount(row[kind], currency)} a month" for kind in kinds)


def _relationship(found: dict[str, Any]) -> str:
    company = found["company"]
    said = []
    if company["health_score"] is not None:
        said.append(f"Health {company['health_score']:.0f} of 100: {_words(company['health_band'])}.")
        worst = [row for row in found["health"] if row["points"] < 50]
        best = [row for row in reversed(found["health"]) if row["points"] >= 75]
        if worst:
            said.append("It suffers from " + ", ".join(_sign(row, is_good=False) for row in worst[:3]) + ".")
        if best:
            said.append("Good: " + ", ".join(_sign(row, is_good=True) for row in best[:3]) + ".")
    elif company["customer_status"] in ("customer", "canceled"):
        said.append("Too little is known to score their health.")
    if company["nps_score"] is not None:
        said.append(
            f"NPS {company['nps_score']:.0f} from {_count(company['nps_response_count'], 'answer')}, "
            f"the last a {company['nps_last_score']}."
        )
    said.append(_touch("Last touch", company))
    owner = company["owner_name"] or "nobody"
    said.append(f"Owner: {owner}." + (f" Success manager: {company['csm_name']}." if company["csm_name"] else ""))
    if company["champion_names"]:
        said.append(f"Champions: {company['champion_names']}.")
    return " ".join(said)


def _sign(row: dict[str, Any], *, is_good: bool) -> str:
    bad, good = SIGNS.get(row["factor"], (_words(row["factor"]) + " ({0:g})", _words(row["factor"])))
    return good if is_good else bad.format(float(row["raw_value"]))


def _contact_line(row: dict[str, Any]) -> str:
    role = "" if row["decision_role"] in (None, "unknown") else f", {_words(row['decision_role'])}"
    seen = f", last in touch {_day(row['last_touch_at'])}" if row["last_touch_at"] else ""
    return f"  {row['name']}{', ' + row['job_title'] if row['job_title'] else ''}{role}{seen}  {row['email'] or ''}"


def _touch(what: str, row: dict[str, Any]) -> str:
    if row["last_touch_at"] is None:
        return "Nobody has been in touch."
    return f"{what} {_day(row['last_touch_at'])} by {_words(row['last_touch_channel'])}."


def _words(name: object) -> str:
    return str(name or "").replace("_", " ")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _day(value: date | datetime | None) -> str:
    return f"{value:%-d %b %Y}" if value else "an unknown day"


def _amount(value: Decimal | None, currency: str | None) -> str:
    return "no amount" if value is None else f"{value:,.2f} {currency or ''}".strip()
