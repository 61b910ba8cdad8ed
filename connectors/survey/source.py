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

_ANSWER = ("email", "name", "score", "comment", "campaign", "segment")
_DELIGHTED = {
    "id": "response_id", "person": "person_id", "Created At": "responded_at", "created_at": "responded_at",
    "Sent At": "survey_sent_at",
}  # fmt: skip
"""Headers of the CSV export and fields of the API (`survey_responses.json`)."""
_QUESTIONS = {
    "*recommend*": "score", "*empfehlen*": "score", "*recommand*": "score",
    "*reason*": "comment", "*why*": "comment", "*comment*": "comment", "*feedback*": "comment",
    "*grund*": "comment", "*warum*": "comment", "*raison*": "comment", "*pourquoi*": "comment",
    "*email address*": "email", "*your email*": "email",
}  # fmt: skip
"""A question's column is headed by the question itself; a header is matched from the top, each column is taken once."""

RESOURCES: tuple[Resource, ...] = (
    Resource(
        name="delighted_responses",
        columns=(*_ANSWER, "response_id", "person_id", "survey_type", "survey_sent_at", "responded_at", "updated_at"),
        key=("response_id",),
        version="updated_at",
        required=("response_id", "score", "responded_at"),
        labels=_DELIGHTED,
        files=("*delighted*",),
        flatten=("person",),
    ),
    Resource(
        name="delighted_answers",
        columns=(*_ANSWER, "person_id", "survey_type", "survey_sent_at", "responded_at", "updated_at"),
        key=("person_id", "responded_at"),
        version="updated_at",
        required=("person_id", "score", "responded_at"),
        labels=_DELIGHTED,
        files=("*delighted*",),
    ),
    Resource(
        name="typeform_responses",
        columns=(*_ANSWER, "response_id", "first_name", "last_name", "stage_date_utc", "submit_date_utc"),
        key=("response_id",),
        version="submit_date_utc",
        required=("response_id", "submit_date_utc"),
        labels={"#": "response_id", **_QUESTIONS},
        files=("*typeform*", "responses-*"),
    ),
    Resource(
        name="qualtrics_responses",
        columns=(
            "response_id", "status", "end_date", "recorded_date", "recipient_last_name", "recipient_first_name",
            "recipient_email", "external_reference", "comment", "campaign", "segment",
        ),
        key=("response_id",),
        version="recorded_date",
        required=("response_id", "end_date"),
        labels={"ExternalDataReference": "external_reference"},
        files=("*qualtrics*",),
    ),
    # Any plain list of answers: it gives them no id, so the person and the time are the answer.
    Resource(
        name="answers",
        columns=(*_ANSWER, "survey_type", "scale_min", "scale_max", "sent_at", "answered_at"),
        key=("email", "answered_at"),
        required=("email", "score", "answered_at"),
        labels={
            "E-mail": "email", "Email address": "email", "NPS": "score", "NPS score": "score", "Rating": "score",
            "Survey": "survey_type", "Lowest score": "scale_min", "Highest score": "scale_max", "Asked": "sent_at",
            "Date": "answered_at", "Submitted At": "answered_at", "Timestamp": "answered_at", **_QUESTIONS,
        },
    ),
)  # fmt: skip


@dlt.source(name="survey")
def survey(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """Land survey answers: one row per answer, and for Qualtrics the two rows of its further headers."""
    yield from land(RESOURCES, exports, scratch)
