"""The survey source: which columns answers to "how likely are you to recommend us?" have in each tool's export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

TRUST = 40
"""Rank among the sources when two disagree; lower is believed first."""

PERSON = {
    "Email": "email",
    "E-mail": "email",
    "Email address": "email",
    "Person Email": "email",
    "Respondent Email": "email",
    "Name": "name",
    "Full name": "name",
    "Person Name": "name",
}
ANSWER = {
    "NPS": "score",
    "NPS score": "score",
    "Rating": "score",
    "Feedback": "comment",
    "Campaign": "campaign",
    "Survey": "campaign",
    "Survey Name": "campaign",
    "Survey Sent At": "sent_at",
}

RESPONSES = Resource(
    name="responses",
    columns=(
        "id", "person_id", "email", "name", "survey_type", "score", "comment", "sent_at", "created_at", "updated_at",
        "campaign", "segment",
    ),
    key=("id",),
    version="updated_at",
    required=("id", "score", "created_at"),
    labels={**PERSON, **ANSWER, "Response ID": "id", "Survey Response ID": "id", "Person": "person_id",
            "Responded At": "created_at"},
    files=("*delighted*", "*responses*"),
    flatten=("person",),
)  # fmt: skip
"""Delighted: its CSV export, or pages of its API (`survey_responses.json`)."""

TYPEFORM = Resource(
    name="typeform_responses",
    columns=(
        "id", "score", "comment", "email", "name", "first_name", "last_name", "response_type", "started_at",
        "submitted_at", "campaign", "segment",
    ),
    key=("id",),
    required=("id", "score", "submitted_at"),
    labels={**PERSON, "#": "id", "Start Date (UTC)": "started_at", "Submit Date (UTC)": "submitted_at",
            "*recommend*": "score", "*reason*": "comment", "*why*": "comment", "*improve*": "comment",
            "*feedback*": "comment", "*email*": "email", "*e-mail*": "email", "*first name*": "first_name",
            "*last name*": "last_name", "*your name*": "name"},
    files=("*typeform*", "responses-*"),
)  # fmt: skip
"""Typeform: a column per question, its header the question's words."""

QUALTRICS = Resource(
    name="qualtrics_responses",
    columns=(
        "response_id", "status", "start_date", "end_date", "recorded_date", "recipient_first_name",
        "recipient_last_name", "recipient_email", "external_reference", "score", "comment", "campaign", "segment",
    ),
    key=("response_id",),
    required=("response_id", "recorded_date"),
    labels={"ExternalDataReference": "external_reference", "NPS": "score", "Q_NPS": "score",
            "Q_Comment": "comment", "NPS_Comment": "comment"},
    files=("*qualtrics*",),
)  # fmt: skip
"""Qualtrics: two more header rows follow the first, the questions' words and `ImportId`s."""

ANSWERS = Resource(
    name="answers",
    columns=("person_id", "email", "name", "score", "comment", "sent_at", "answered_at", "campaign", "segment"),
    required=("score", "answered_at"),
    labels={**PERSON, **ANSWER, "Created At": "answered_at", "Responded At": "answered_at", "Date": "answered_at",
            "Submitted At": "answered_at", "Timestamp": "answered_at", "*recommend*": "score"},
    files=("*nps*", "*survey*"),
)  # fmt: skip
"""Any plain list of answers that gives them no id of their own."""

RESOURCES: tuple[Resource, ...] = (RESPONSES, TYPEFORM, QUALTRICS, ANSWERS)


@dlt.source(name="survey")
def survey(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """Land survey answers: one row per answer, and for Qualtrics the two rows of its further headers."""
    yield from land(RESOURCES, exports, scratch)
