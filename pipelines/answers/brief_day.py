"""The briefs of a day: one for every company there is an appointment with. What a brief says belongs to `brief`."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path

from pipelines.answers import brief
from pipelines.answers.brief import Found
from pipelines.answers.lookup import find_company, open_snapshot, rows
from pipelines.home import Home
from pipelines.warehouse import Connection, scalar

_MEETINGS = """
    with guest as (
        select distinct g.appointment_id, p.contact_id, p.name, p.company_id
        from objects.appointment_attendee as g
        join marts.contact_360 as p on p.contact_id = g.contact_id
        where coalesce(g.response, 'none') <> 'declined' and g.source_deleted_at is null
    ),
    party as (
        select appointment_id, min(company_id) as company_id, list(contact_id order by name, contact_id) as contact_ids,
            string_agg(name, ', ' order by name, contact_id) as guests
        from guest group by appointment_id
    )
    select a.appointment_id, coalesce(a.company_id, y.company_id) as company_id, a.title, a.starts_at, a.ends_at,
        coalesce(a.is_all_day, false) as is_all_day, a.location, o.name as organizer, y.contact_ids, y.guests
    from objects.appointment as a
    join party as y on y.appointment_id = a.appointment_id
    left join objects.team_member as o on o.team_member_id = a.organizer_id
    where cast(a.starts_at as date) = ? and coalesce(a.pipeline_stage, 'preparation') <> 'canceled'
        and a.source_deleted_at is null and coalesce(a.company_id, y.company_id) is not null
    order by a.starts_at, a.title, a.appointment_id
"""


def find(home: Home, day: date | None, known_on: date | None = None) -> Found:
    """The appointments with companies on a day (UTC), and a brief for each company, with who comes.

    Without a day, the one after the day that the published file is of. Raises `NothingFoundError` without such a file.
    """
    with open_snapshot(home, known_on) as con:
        as_of = scalar(con, "select as_of_on from meta.run")
        day = day or as_of + timedelta(days=1)
        meetings = rows(con, _MEETINGS, [day])
        briefs = []
        taken: set[str] = set()
        for company_id in dict.fromkeys(meeting["company_id"] for meeting in meetings):
            own = [meeting for meeting in meetings if meeting["company_id"] == company_id]
            found = _brief(con, company_id, own, known_on)
            file = _file(found["company"]["name"], taken)
            for meeting in own:
                meeting |= {"company_name": found["company"]["name"], "file": file}
            briefs.append(found | {"file": file})
    return {"day": day, "as_of": as_of, "as_known_on": known_on, "meetings": meetings, "briefs": briefs}


def _brief(con: Connection, company_id: str, meetings: list[Found], known_on: date | None) -> Found:
    guests = list(dict.fromkeys(contact for meeting in meetings for contact in meeting["contact_ids"]))
    people = rows(
        con,
        "select * from marts.contact_360 where contact_id in (select unnest(?::varchar[])) order by name, contact_id",
        [guests],
    )
    return brief.about(con, None, find_company(con, company_id), people, known_on)


def _file(name: str, taken: set[str]) -> str:
    """A file name from a company's name, that no other company of the day has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "brief"
    number = 1
    while (file := f"{stem}{f'-{number}' if number > 1 else ''}.html") in taken or file == "index.html":
        number += 1
    taken.add(file)
    return file


def write(home: Home, found: Found) -> Path:
    """Write a day's pages to `reports/briefs/<day>/` in place of older ones; return the one that leads to them."""
    folder = home.reports / "briefs" / str(found["day"])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    for one in found["briefs"]:
        own = [meeting for meeting in found["meetings"] if meeting["file"] == one["file"]]
        (folder / one["file"]).write_text(brief.html(one, own), encoding="utf-8")
    page = folder / "index.html"
    page.write_text(brief.index(found), encoding="utf-8")
    return page


def text(found: Found, *, with_sources: bool = False) -> str:
    """The day's appointments, then the briefs."""
    if not found["meetings"]:
        return f"No appointments with customers on {brief.day(found['day'])}."
    listed = [
        f"  {brief.when(meeting)}  {meeting['company_name']}: {meeting['title']} ({meeting['guests']})"
        for meeting in found["meetings"]
    ]
    head = f"Appointments on {found['day']:%A} {brief.day(found['day'])}\n" + "\n".join(listed)
    return "\n\n\n".join([head, *(brief.text(one, with_sources=with_sources) for one in found["briefs"])])
