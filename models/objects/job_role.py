"""What a job role is: a person's place at a company."""

from __future__ import annotations

from models.schema import Day, Flag, Object, Text, field


class JobRole(Object):
    """One contact at one company."""

    job_role_id: Text = field("Id of the row.", key=True)
    contact_id: Text = field("The contact.", required=True, references="contact", personal=True)
    company_id: Text = field("The company.", required=True, references="company")
    job_title: Text = field("Title.")
    department: Text = field("Department.")
    is_primary: Flag = field(
        "True for the one job of the contact that counts first: held before ended, its source's main one of several, "
        "the one begun last."
    )
    started_on: Day = field("First day in the role.")
    ended_on: Day = field("Day the role ended; null while held.")
