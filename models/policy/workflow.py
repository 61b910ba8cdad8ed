"""What a workspace may write down as workflows: the settings of `workflow.toml`. How runs start is in `pipelines`."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from models.policy.condition import check_condition

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


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
                check_condition(f"{self.subject}_360", condition)
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
                check_condition(f"{subjects[step.template]}_360", step.only_if)
            seen.add((step.template, step.id))
        return self
