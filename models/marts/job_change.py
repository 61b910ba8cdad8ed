"""What a change of jobs is: the schema of `marts.job_change`. Who worked where is `intermediate.main_company`."""

from __future__ import annotations

from models.schema import Day, Flag, Schema, Text, field


class JobChange(Schema):
    """One row per contact and time that the contact's main company became another one, or none."""

    contact_id: Text = field("The contact.", key=True, references="contact", personal=True)
    contact_name: Text = field("The contact's name.", required=True, personal=True)
    from_company_id: Text = field("The main company until then.", key=True, references="company")
    from_company_name: Text = field("Its name.", required=True)
    changed_on: Day = field("First day on which it was not the main company any more.", key=True)
    to_company_id: Text = field("The main company after it; null while none is known.", references="company")
    to_company_name: Text = field("Its name.")
    left_on: Day = field("Day the job there ended; null where no source says that it has.")
    seen_on: Day = field("First day at the new company; the day of the change while none is known.", required=True)
    evidence: Text = field(
        "How it is known: the job ended (said, or the source names the company no more), an address at another "
        "company's own domain came, or another job is the main one.",
        required=True,
        isin=["ended", "email_domain", "other_main_company"],
    )
    has_left: Flag = field(
        "True unless a job there goes on; an address elsewhere that came later says so too.", required=True
    )
    is_new_there: Flag = field("True when the contact had no job at the new company before.", required=True)
    was_champion: Flag = field("True for a champion.", required=True)
