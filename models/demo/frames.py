"""The demo's frames: their names, columns and types, and how rows become one; no content.

A column's type follows from its name, so that a word means the same everywhere: `*_no` a whole number, `*_at` (and the
ends of a period) a naive UTC instant, `*_on` and `month` a day, `is_*` and `in_*` a flag, the words in `EXACT` an exact
decimal, those in `WHOLE` a whole number, those in `FLAGS` a flag, everything else text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

World = dict[str, pl.DataFrame]
Row = dict[str, Any]


def listed(text: str) -> tuple[str, ...]:
    """The words of `text`."""
    return tuple(text.split())


EXACT = frozenset(
    listed(
        "unit_amount amount mrr one_time_amount probability percent_off amount_off subtotal discount_amount "
        "tax_amount total amount_paid weight value satisfaction contract_value sla_uptime_percent mean_score "
        "contracted billed collected"
    )
)
WHOLE = frozenset(
    listed(
        "employee_count csm_score interval_count contract_length_months months quantity score no promoters "
        "passives detractors first_reply_minutes first_reply_business_minutes full_resolution_minutes "
        "full_resolution_business_minutes reopen_count duration_minutes rating scale_min scale_max length_months "
        "renewal_period_months notice_period_days sla_first_response_minutes sla_resolution_minutes active_users "
        "events open_tasks overdue_tasks companies answers"
    )
)
FLAGS = frozenset(listed("auto_renew"))

COLUMNS: dict[str, str] = {
    "team_members": "member_no name email role is_active",
    "companies": "company_no name legal_name domain second_domain industry employee_count country city phone address "
    "postal_code currency "
    "segment owner_no csm_no parent_no created_at updated_at lifecycle_phase csm_score csm_score_at "
    "lead_source in_crm in_billing in_helpdesk crm billing in_planhat in_intercom in_jira in_usage",
    "contacts": "contact_no company_no first_name last_name email phone job_title department decision_role "
    "is_free_mail is_role_address created_at updated_at in_crm in_helpdesk in_mail in_survey "
    "in_planhat in_intercom in_usage person_no left_at",
    "products": "product_no sku name category",
    "prices": "price_no product_no currency unit_amount billing_interval interval_count",
    "deals": "deal_no company_no title opportunity_type stage status amount mrr one_time_amount currency "
    "probability created_at updated_at closed_at expected_close_on contract_length_months "
    "lost_reason owner_no",
    "deal_stages": "deal_no stage entered_at",
    "deal_contacts": "deal_no contact_no role",
    "subscriptions": "sub_no company_no deal_no currency started_at ended_at trial_ends_at cancel_at canceled_at "
    "cancel_reason cancel_comment paused_at status replaced_by_sub_no",
    "subscription_versions": "sub_no item_no price_no quantity unit_amount currency billing_interval "
    "interval_count status is_metered valid_from valid_to",
    "subscription_discounts": "sub_no discount_no percent_off amount_off currency duration months starts_at ends_at",
    "invoices": "invoice_no company_no sub_no number status issued_at due_at paid_at period_start period_end "
    "currency subtotal discount_amount tax_amount total amount_paid",
    "invoice_lines": "invoice_no line_no sub_no product_no price_no description quantity unit_amount amount "
    "period_start period_end is_proration revenue_type",
    "payments": "payment_no invoice_no company_no paid_at amount currency status method",
    "refunds": "refund_no payment_no refunded_at amount currency reason",
    "credit_notes": "credit_note_no invoice_no company_no issued_at amount currency reason number",
    "sales": "sale_no company_no product_no sold_at amount currency description invoice_no",
    "tickets": "ticket_no company_no requester_no assignee_no subject description priority channel opened_at "
    "updated_at status csat csat_comment category",
    "ticket_comments": "ticket_no comment_no author_contact_no author_member_no body is_public created_at",
    "ticket_events": "ticket_no event_no occurred_at field_name old_value new_value member_no",
    "threads": "thread_no company_no subject",
    "mails": "mail_no thread_no sent_at from_contact_no from_member_no subject body in_reply_to_no is_bounce "
    "is_automatic",
    "mail_recipients": "mail_no contact_no member_no kind",
    "nps_responses": "response_no contact_no company_no score comment sent_at answered_at campaign",
    "product_users": "user_no contact_no company_no external_user_id plan signed_up_at first_active_at last_active_at "
    "status",
    "usage_events": "event_no user_no company_no event_name occurred_at weight",
    "visitors": "anonymous_id contact_no identified_at",
    "signals": "signal_no contact_no anonymous_id company_no signal_type topic title occurred_at url campaign",
    "appointment_series": "series_no rrule timezone first_starts_at duration_minutes",
    "appointments": "appointment_no series_no company_no organizer_no title agenda outcome next_actions starts_at "
    "ends_at timezone location conference_url is_canceled is_moved original_starts_at system",
    "appointment_attendees": "appointment_no contact_no member_no response is_organizer",
    "notes": "note_no company_no contact_no author_no noted_at title body is_pinned system",
    "tasks": "task_no company_no contact_no owner_no description task_type status priority due_on completed_at "
    "created_at updated_at system",
    "issues": "issue_no tracker_key title description status status_category issue_type priority assignee_no "
    "reporter_no created_at updated_at resolved_at",
    "issue_companies": "issue_no company_no",
    "issue_events": "issue_no event_no occurred_at field_name old_value new_value member_no",
    "services": "service_no company_no deal_no name service_type status phase health owner_no starts_on due_on "
    "completed_on last_session_at satisfaction",
    "deliverables": "deliverable_no service_no name status due_on delivered_on accepted_on owner_no",
    "milestones": "milestone_no service_no name due_on reached_on",
    "chats": "chat_no company_no contact_no member_no subject opened_at closed_at is_open rating",
    "chat_parts": "chat_no part_no author_contact_no author_member_no body created_at",
    "assets": "asset_no company_no parent_asset_no name asset_type",
    "projects": "project_no company_no name status objective starts_on ends_on mrr currency owner_no",
    "seat_readings": "company_no read_at value",
    "metric_readings": "reading_no subject_type company_no asset_no project_no metric read_at value",
    "contracts": "contract_no company_no deal_no name signed_on starts_on ends_on contract_value currency "
    "length_months auto_renew renewal_period_months notice_period_days billing_interval sla_name "
    "sla_first_response_minutes sla_resolution_minutes sla_uptime_percent",
    "contract_payments": "contract_no due_on amount currency",
    "survey_responses": "response_no contact_no company_no survey_type score scale_min scale_max comment sent_at "
    "answered_at campaign",
    "communication_preferences": "contact_no channel preference stated_at",
    "company_spellings": "system record_no is_linked is_undecidable is_duplicate",
    "contact_spellings": "system record_no other_email former_company_no former_email former_job_title started_on "
    "ended_on is_undecidable is_duplicate",
    "truth_mrr": "company_no month currency mrr",
    "truth_reconciliation": "company_no currency month comparison reason amount contracted billed collected",
    "truth_leak": "company_no month reason amount currency is_overbilled sub_no invoice_no is_planted",
    "truth_identity": "kind system record_no address no is_undecidable is_duplicate",
    "truth_distinct": "kind no other_no reason",
    "truth_job_change": "person_no from_company_no to_company_no left_at joined_at is_champion",
    "truth_decline": "company_no cause began_on down_on lost_on is_recovered",
    "truth_nps": "month promoters passives detractors",
    "truth_ticket_times": "ticket_no first_reply_minutes first_reply_business_minutes full_resolution_minutes "
    "full_resolution_business_minutes reopen_count",
    "truth_appointment": "appointment_no starts_at ends_at",
    "truth_usage": "company_no month active_users events",
    "truth_task": "owner_no open_tasks overdue_tasks",
    "truth_issue": "issue_no companies",
    "truth_survey": "survey_type month answers mean_score",
}

for _spelled, _whole in (("company_spellings", "companies"), ("contact_spellings", "contacts")):
    COLUMNS[_spelled] = f"{COLUMNS[_whole]} {COLUMNS[_spelled]}"


def type_of(column: str) -> Any:
    """The polars type of a column of this name."""
    if column in EXACT:
        return pl.Decimal(38, 12)
    if column in WHOLE or column.endswith("_no"):
        return pl.Int64()
    if column.endswith("_at") or column in ("period_start", "period_end", "valid_from", "valid_to"):
        return pl.Datetime("us")
    if column.endswith("_on") or column == "month":
        return pl.Date()
    return pl.Boolean() if column in FLAGS or column.startswith(("is_", "in_")) else pl.String()


def schema_of(name: str) -> dict[str, Any]:
    """Column -> polars type of the frame `name`, in order."""
    return {column: type_of(column) for column in listed(COLUMNS[name])}


def table(name: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The frame `name` of `rows`; a row must have exactly the frame's columns, else ValueError."""
    schema = schema_of(name)
    rows = list(rows)
    for row in rows:
        if row.keys() != schema.keys():
            raise ValueError(f"{name}: columns {sorted(row.keys() ^ schema.keys())} are missing or unknown")
    return pl.DataFrame({column: [row[column] for row in rows] for column in schema}, schema=schema)
