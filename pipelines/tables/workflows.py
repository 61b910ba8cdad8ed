"""The ledger of workflows: which runs started, which steps were made and what was done, each noted once and for ever.

It is the one thing besides raw that cannot be worked out anew, for it depends on when a condition was first seen to
hold. What a template is belongs to `models/policy/workflow`; what follows from the ledger, to `models/objects`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.policy.condition import mart_columns, mart_names
from pipelines.warehouse import Connection, scalar, transaction

_LEDGER = """
create schema if not exists ledger;
create table if not exists ledger.workflow_run (
    workflow_run_id varchar primary key, template varchar not null, subject_id varchar not null,
    company_id varchar, contact_id varchar, started_on date not null, exited_on date, lapsed_on date
);
create table if not exists ledger.workflow_step (
    workflow_run_id varchar not null, template varchar not null, step varchar not null, company_id varchar,
    contact_id varchar, made_on date not null, due_on date not null, primary key (workflow_run_id, step)
);
create table if not exists ledger.task_done (
    task_id varchar primary key, template varchar not null, step varchar not null, status varchar not null, 
    done_on date not null, done_by varchar, comment varchar,
    description varchar not null, task_type varchar not null, company_id varchar, contact_id varchar
);
"""
STATES = ("done", "ignored")
"""What may become of a workflow's task; an e-mail that is done was sent."""


class NoSuchTaskError(LookupError):
    """No workflow made the task that was named, or it was settled before."""


@dataclass(frozen=True)
class Settled:
    """One task or e-mail that somebody settled."""

    task_id: str
    description: str
    status: str
    done_on: date


def prepare(con: Connection) -> None:
    """Make the ledger's tables where they are missing."""
    con.execute(_LEDGER).fetchall()


def build_runs(con: Connection) -> int:
    """Note the runs that start, end early, or may start again as of the run's day; return the runs there are.

    A template starts one run per cause: a company or contact, or what its `key` tells apart in its mart. One that
    repeats starts another after the run before it has ended and its condition was seen not to hold in between.
    """
    if _is_on(con):
        for template in con.sql("select * from policy.workflow_template where is_active").pl().to_dicts():
            _note_subjects(con, template)
            _advance_runs(con, template["id"], template["repeats"], has_end=template["ends_when"] is not None)
    return int(scalar(con, "select count(*) from ledger.workflow_run"))


def unasked_marts(con: Connection) -> frozenset[str]:
    """Marts that workflows might ask and no template of the workspace does: what changes in them is nothing to these.

    None where the warehouse holds no templates yet, or those of a version before templates named their mart.
    """
    named = "schema_name = 'policy' and table_name = 'workflow_template' and column_name = 'mart'"
    if not scalar(con, f"select count(*) from duckdb_columns() where {named}"):
        return frozenset()
    rows = con.execute("select distinct mart from policy.workflow_template where is_active").fetchall()
    asked = {"company_360", "contact_360", *(mart for (mart,) in rows)}
    return frozenset(f"marts.{name}" for name in mart_names() if name not in asked)


def _is_on(con: Connection) -> bool:
    return bool(scalar(con, "select workflows_run from policy.behaviour"))


def _note_subjects(con: Connection, template: Mapping[str, Any]) -> None:
    """`subject`: the causes there are in the template's mart, whom each is about, whether its conditions hold now."""
    mart, about = template["mart"], f"{template['subject']}_id"
    contact = "min(v.contact_id)" if about == "contact_id" else "cast(null as varchar)"
    company = "min(v.company_id)"
    if "company_id" not in mart_columns(mart):
        company = "(select c.company_id from marts.contact_360 as c where c.contact_id = min(v.contact_id))"
    con.execute(
        f"""
        create or replace temp table subject as
        with seen as ({_seen(mart)})
        select {_cause(template["key"])} as subject_id, {company} as company_id, {contact} as contact_id,
            bool_or(coalesce((\n{template["starts_when"]}\n), false)) as starts,
            bool_or(coalesce((\n{template["ends_when"] or "false"}\n), false)) as ends
        from seen as v
        where v.{about} is not null
        group by 1
        """
    ).fetchall()


def _seen(mart: str) -> str:
    """The rows that conditions are asked of: those of the mart, with the day."""
    day = "" if "as_of_on" in mart_columns(mart) else ", (select as_of_on from meta.run) as as_of_on"
    return f"select m.*{day} from marts.{mart} as m"


def _cause(key: Sequence[str]) -> str:
    """One text for the values of a key; those of several columns are told apart whatever stands in them."""
    if len(key) == 1:
        return f"coalesce(cast(v.\"{key[0]}\" as varchar), '~')"
    escaped = [f"coalesce(replace(replace(cast(v.\"{name}\" as varchar), '~', '~~'), '/', '~/'), '~')" for name in key]
    return " || '/' || ".join(escaped)


def _advance_runs(con: Connection, template: str, repeats: bool, *, has_end: bool) -> None:
    """A cause that is not in the mart any more has lapsed, and has come to its end where the template says of one."""
    con.execute(
        "update ledger.workflow_run as w set exited_on = r.as_of_on from meta.run as r where w.template = $template "
        "and w.exited_on is null and w.started_on <= r.as_of_on "
        "and (w.subject_id in (select subject_id from subject where ends) "
        "or ($has_end and w.subject_id not in (select subject_id from subject)))",
        {"template": template, "has_end": has_end},
    ).fetchall()
    con.execute(
        "update ledger.workflow_run as w set lapsed_on = r.as_of_on from meta.run as r where w.template = ? "
        "and w.lapsed_on is null and w.started_on <= r.as_of_on "
        "and w.subject_id not in (select subject_id from subject where starts)",
        [template],
    ).fetchall()
    con.execute(
        """
        insert into ledger.workflow_run by name
        with finished as (
            select w.workflow_run_id from ledger.workflow_run as w
            join policy.workflow_step as p on p.template = w.template
            left join ledger.task_done as d on d.task_id = w.workflow_run_id || ':' || p.id
            group by w.workflow_run_id having count(*) = count(d.task_id)
        ), latest as (
            select w.subject_id, bool_and(w.lapsed_on is not null) as has_lapsed,
                bool_and(w.exited_on is not null or f.workflow_run_id is not null) as has_ended
            from ledger.workflow_run as w left join finished as f on f.workflow_run_id = w.workflow_run_id
            where w.template = $template group by w.subject_id
        )
        select 'workspace:' || $template || ':' || s.subject_id || ':' || r.as_of_on as workflow_run_id,
            $template as template, s.subject_id, s.company_id, s.contact_id, r.as_of_on as started_on
        from subject as s
        cross join meta.run as r
        left join latest as l on l.subject_id = s.subject_id
        where s.starts and not s.ends and (l.subject_id is null or ($repeats and l.has_lapsed and l.has_ended))
        order by s.subject_id
        """,
        {"template": template, "repeats": repeats},
    ).fetchall()


def build_steps(con: Connection) -> int:
    """Note the steps that are now wanted, each once per run, with the day each is due; return the steps there are.

    A step is made when its run starts or, where it comes after another one, once that is settled; one with a condition
    of its own, once that holds as well. A run that ended early makes no more.
    """
    if _is_on(con):
        for planned in (
            con.sql(
                "select s.*, t.mart, t.key from policy.workflow_step as s "
                "join policy.workflow_template as t on s.template = t.id order by s.template, s.position"
            )
            .pl()
            .to_dicts()
        ):
            _make_step(con, planned)
    return int(scalar(con, "select count(*) from ledger.workflow_step"))


def _make_step(con: Connection, planned: Mapping[str, Any]) -> None:
    wanted = "true"
    if planned["only_if"]:
        wanted = (
            f"w.subject_id in (with seen as ({_seen(planned['mart'])}) "
            f"select {_cause(planned['key'])} from seen as v where (\n{planned['only_if']}\n))"
        )
    con.execute(
        f"""
        insert into ledger.workflow_step by name
        select w.workflow_run_id, w.template, $step as step, w.company_id, w.contact_id, r.as_of_on as made_on,
            case when $after is null then w.started_on else d.done_on end + cast($days as integer) as due_on
        from ledger.workflow_run as w
        cross join meta.run as r
        left join ledger.task_done as d on d.task_id = w.workflow_run_id || ':' || $after
        where w.template = $template and w.started_on <= r.as_of_on
            and (w.exited_on is null or w.exited_on > r.as_of_on)
            and ($after is null or d.done_on <= r.as_of_on)
            and {wanted}
            and not exists (
                select 1 from ledger.workflow_step as m where m.workflow_run_id = w.workflow_run_id and m.step = $step
            )
        order by w.workflow_run_id
        """,
        {"template": planned["template"], "step": planned["id"], "days": planned["days"], "after": planned["after"]},
    ).fetchall()


def settle(
    con: Connection, task_id: str, status: str, on: date, by: str | None = None, comment: str | None = None
) -> Settled:
    """Note that a workflow's task or e-mail is done or to be ignored. Raises `NoSuchTaskError`."""
    rows = con.execute(
        "select s.template, s.step, p.name, p.type, s.company_id, s.contact_id "
        "from ledger.workflow_step as s join policy.workflow_step as p on p.template = s.template and p.id = s.step "
        "where s.workflow_run_id || ':' || s.step = ?",
        [task_id],
    ).fetchall()
    if not rows:
        raise NoSuchTaskError(f"No workflow made a task {task_id!r}. `rapport tasks` lists those that are due.")
    if scalar(con, "select count(*) from ledger.task_done where task_id = ?", [task_id]):
        raise NoSuchTaskError(f"{task_id} was settled before.")
    ((template, step, description, kind, company, contact),) = rows
    with transaction(con):
        con.execute(
            "insert into ledger.task_done values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [task_id, template, step, status, on, by, comment, description, kind, company, contact],
        ).fetchall()
    return Settled(task_id, description, status, on)


def done_state(con: Connection) -> str:
    """A text that changes whenever somebody settles a task: an input of what is built from the ledger."""
    rows: list[tuple[Any, ...]] = con.execute(
        "select task_id, status, done_on from ledger.task_done order by task_id"
    ).fetchall()
    return repr([(task, status, str(on)) for task, status, on in rows])
