"""What a workspace may write down as workflows: the settings of `workflow.toml`. How runs start is in `pipelines`."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

import sqlglot
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlglot import exp
from sqlglot.errors import SqlglotError

from models.marts.company_360 import Company360
from models.marts.contact_360 import Contact360

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
VIEWS = {"company": Company360, "contact": Contact360}
"""The unified view whose columns a template's conditions may name."""


def check_condition(subject: str, condition: str) -> None:
    """ValueError when a condition is no SQL expression over the subject's unified view and the day alone."""
    try:
        parsed = sqlglot.parse_one(f"select {condition} as it", read="duckdb")
    except SqlglotError as error:
        raise ValueError(f"{condition!r} is no SQL condition: {str(error).splitlines()[0]}") from None
    if len(parsed.expressions) != 1 or parsed.find(exp.From, exp.Subquery, exp.CurrentDate, exp.CurrentTimestamp):
        raise ValueError(f"{condition!r} must be one condition, without a subquery and without today's date (as_of_on)")
    known = {*VIEWS[subject].to_schema().columns, "as_of_on"}
    unknown = sorted({column.name for column in parsed.find_all(exp.Column)} - known)
    if unknown:
        raise ValueError(f"marts.{subject}_360 has no column {', '.join(unknown)}")


class Template(BaseModel):
    """One plan of steps, what it runs on and when a run starts and ends."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Id
    name: Name
    subject: Literal["company", "contact"]
    starts_when: str
    ends_when: str | None = None
    repeats: bool = False
    is_active: bool = True
    description: str | None = None

    @model_validator(mode="after")
    def _conditions_can_be_asked(self) -> Template:
        for condition in (self.starts_when, self.ends_when):
            if condition is not None:
                check_condition(self.subject, condition)
        return self


class Step(BaseModel):
    """One task or e-mail of a template."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    template: Id
    id: Id
    name: Name
    type: Literal["task", "email"] = "task"
    group: Name | None = None
    days: Annotated[int, Field(ge=0, le=3650)] = 0
    after: Id | None = None
    only_if: str | None = None
    assignee: str = "owner"
    text: str | None = None
    position: int
    """Place in the template, from 1: that in which it stands in the file."""


class Policy(BaseModel):
    """The workspace's workflows."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    template: list[Template]
    step: list[Step]

    @model_validator(mode="before")
    @classmethod
    def _steps_have_places(cls, settings: Any) -> Any:
        steps = settings.get("step") if isinstance(settings, dict) else None
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            return settings
        count: Counter[Any] = Counter()
        placed = []
        for step in steps:
            count[step.get("template")] += 1
            placed.append({"position": count[step.get("template")], **step})
        return {**settings, "step": placed}

    @model_validator(mode="after")
    def _steps_fit_their_templates(self) -> Policy:
        subjects = {template.id: template.subject for template in self.template}
        if len(subjects) < len(self.template):
            raise ValueError("two templates have the same id")
        seen: set[tuple[str, str]] = set()
        for step in self.step:
            where = f"step {step.id} of {step.template}"
            if step.template not in subjects:
                raise ValueError(f"{where}: there is no such template")
            if (step.template, step.id) in seen:
                raise ValueError(f"{where} stands there twice")
            if step.after is not None and (step.template, step.after) not in seen:
                raise ValueError(f"{where}: it comes after {step.after}, which must stand above it")
            if step.assignee not in ("owner", "co_owner") and "@" not in step.assignee:
                raise ValueError(f"{where}: assignee is owner, co_owner or an e-mail address, not {step.assignee!r}")
            if step.only_if is not None:
                check_condition(subjects[step.template], step.only_if)
            seen.add((step.template, step.id))
        return self
