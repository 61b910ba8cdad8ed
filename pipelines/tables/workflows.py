"""The ledger of workflows: which runs started, which steps were made and what was done, each noted once and for ever.

It is the one thing besides raw that cannot be worked out anew, for it depends on when a condition was first seen to
hold. What a template is belongs to `models/policy/workflow`; what follows from the ledger, to `models/objects`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

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

    A template starts one run per company or contact. One that repeats starts another after the run before it has
    ended and its condition was seen not to hold in between.
    """
    if _is_on(con):
        for name, subject, starts_when, ends_when, repeats in con.execute(
            "select id, subject, starts_when, ends_when, repeats from policy.workflow_template where is_active"
        ).fetchall():
            _note_subjects(con, subject, starts_when, ends_when)
            _advance_runs(con, name, repeats)
    return int(scalar(con, "select count(*) from ledger.workflow_run"))


def _is_on(con: Connection) -> bool:
    return bool(scalar(con, "select workflows_run from policy.behaviour"))


def _note_subjects(con: Connection, subject: str, starts_when: str, ends_when: str | None) -> None:
    """`subject`: whom the template may run on, and whether its conditions hold for each now."""
    contact = "v.contact_id" if subject == "contact" else "null"
    con.execute(
        f"""
        create or replace temp table subject as
        select v.{subject}_id as subject_id, v.company_id, cast({contact} as varchar) as contact_id, r.as_of_on,
            coalesce({starts_when}, false) as starts, coalesce({ends_when or "false"}, false) as ends
        from marts.{subject}_360 as v cross join meta.run as r
        """
    ).fetchall()


def _advance_runs(con: Connection, template: str, repeats: bool) -> None:
    con.execute(
        "update ledger.workflow_run as w set exited_on = s.as_of_on from subject as s where w.template = ? "
        "and s.subject_id = w.subject_id and s.ends and w.exited_on is null and w.started_on <= s.as_of_on",
        [template],
    ).fetchall()
    con.execute(
        "update ledger.workflow_run as w set lapsed_on = s.as_of_on from subject as s where w.template = ? "
        "and s.subject_id = w.subject_id and not s.starts and w.lapsed_on is null and w.started_on <= s.as_of_on",
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
        select 'workspace:' || $template || ':' || s.subject_id || ':' || s.as_of_on as workflow_run_id,
            $template as template, s.subject_id, s.company_id, s.contact_id, s.as_of_on as started_on
        from subject as s
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
        for template, step, days, after, only_if in con.execute(
            "select s.template, s.id, s.days, s.after, s.only_if from policy.workflow_step as s"
        ).fetchall():
            subject = scalar(con, "select subject from policy.workflow_template where id = ?", [template])
            _make_step(con, subject, template, step, days, after, only_if)
    return int(scalar(con, "select count(*) from ledger.workflow_step"))


def _make_step(
    con: Connection, subject: str, template: str, step: str, days: int, after: str | None, only_if: str | None
) -> None:
    wanted = f"select 1 from marts.{subject}_360 as v where v.{subject}_id = w.subject_id and ({only_if})"
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
            and {"exists (" + wanted + ")" if only_if else "true"}
            and not exists (
                select 1 from ledger.workflow_step as m where m.workflow_run_id = w.workflow_run_id and m.step = $step
            )
        order by w.workflow_run_id
        """,
        {"template": template, "step": step, "days": days, "after": after},
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
