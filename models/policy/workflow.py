"""What a workspace may write down as workflows: the settings of `workflow.toml`. How runs start is in `pipelines`."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from models.policy.condition import check_condition, depends_on_workflows, mart_columns, mart_key, marts_about

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Template(BaseModel):
    """One plan of steps, what it runs on and when a run starts and ends.

    Its conditions ask the rows of `mart`: the unified view of its subject, where the file names none. What `key` tells
    apart is one cause each.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Id
    name: Name
    subject: Literal["company", "contact"]
    mart: str
    key: list[str]
    starts_when: str
    ends_when: str | None = None
    repeats: bool = False
    is_active: bool = True
    description: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _asks_the_unified_view(cls, settings: Any) -> Any:
        if not isinstance(settings, dict) or "mart" in settings:
            return settings
        if "key" in settings:
            raise ValueError("key tells the rows of a mart apart, and no mart is named; take it out, or name the mart")
        subject = settings.get("subject") if settings.get("subject") == "contact" else "company"
        return {**settings, "mart": f"{subject}_360", "key": [f"{subject}_id"]}

    @field_validator("mart")
    @classmethod
    def _mart_may_be_asked(cls, mart: str, told: ValidationInfo) -> str:
        columns = mart_columns(mart)
        if "subject" in told.data:
            subject = told.data["subject"]
            listed = f"a workflow for a {subject} may ask: {', '.join(marts_about(f'{subject}_id'))}"
            if depends_on_workflows(mart):
                raise ValueError(f"marts.{mart} is made from what workflows noted, so it cannot start one; {listed}")
            if f"{subject}_id" not in columns:
                raise ValueError(f"marts.{mart} has no {subject}_id, so no row says whom to run for; {listed}")
        return mart

    @field_validator("key")
    @classmethod
    def _key_tells_one_subject(cls, key: list[str], told: ValidationInfo) -> list[str]:
        if "mart" not in told.data or "subject" not in told.data:
            return key
        mart, subject = told.data["mart"], f"{told.data['subject']}_id"
        unknown = [name for name in key if name not in mart_columns(mart)]
        if unknown or not key or len(set(key)) < len(key):
            raise ValueError(f"key must name one or more columns of marts.{mart}, each once; it has none {unknown}")
        if subject not in key and not set(mart_key(mart)) <= set(key):
            whole = ", ".join(mart_key(mart))
            raise ValueError(
                f"key must have {subject} in it or all of {whole}, so that one cause is of one {subject[:-3]}"
            )
        return key

    @field_validator("starts_when", "ends_when")
    @classmethod
    def _condition_can_be_asked(cls, condition: str | None, told: ValidationInfo) -> str | None:
        if condition is not None and "mart" in told.data:
            check_condition(told.data["mart"], condition)
        return condition


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
        marts = {template.id: template.mart for template in self.template}
        if len(marts) < len(self.template):
            raise ValueError("two templates have the same id")
        seen: set[tuple[str, str]] = set()
        for step in self.step:
            where = f"step {step.id} of {step.template}"
            if step.template not in marts:
                raise ValueError(f"{where}: there is no such template")
            if (step.template, step.id) in seen:
                raise ValueError(f"{where} stands there twice")
            if step.after is not None and (step.template, step.after) not in seen:
                raise ValueError(f"{where}: it comes after {step.after}, which must stand above it")
            if step.assignee not in ("owner", "co_owner") and "@" not in step.assignee:
                raise ValueError(f"{where}: assignee is owner, co_owner or an e-mail address, not {step.assignee!r}")
            if step.only_if is not None:
                check_condition(marts[step.template], step.only_if)
            seen.add((step.template, step.id))
        return self
