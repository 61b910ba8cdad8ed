"""Salesforce: which collections its exports hold and how each is recognised; no mapping, no reading of files.

The data export, the API and the tables of a warehouse loader name fields alike ("AccountId", "account_id"); reports
carry the labels people see ("Account ID"). Every field that is not declared here stays with its record as `custom`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import landed, read_all
from connectors.reading.resource import Export, Resource
from connectors.salesforce.record import record
from connectors.salesforce.report import Reports

TRUST = 12
"""Rank among the sources when two disagree; lower is believed first."""

ACCOUNTS = record(
    "accounts",
    "name master_record_id parent_id type industry sic_desc number_of_employees year_started annual_revenue website "
    "phone account_source owner_id billing_street billing_city billing_state billing_state_code billing_postal_code "
    "billing_country billing_country_code legal_name_c segment_c csm_c csm_score_c csm_score_date_c external_id_c",
    required="name website phone billing_country",  # an id and a name alone may be anything: a campaign, a group
    files="account.csv account_[0-9]* accounts* *account_data*",
    labels=[
        "Account ID = id; Account Name = name; Parent Account ID = parent_id; Employees = number_of_employees",
        "Annual Revenue Currency = currency_iso_code; Billing State/Province = billing_state",
        "Billing Zip/Postal Code = billing_postal_code; Account Owner = owner_id; SIC Description = sic_desc",
    ],
)

CONTACTS = record(
    "contacts",
    "name first_name last_name master_record_id account_id reports_to_id owner_id email phone mobile_phone home_phone "
    "other_phone fax title department lead_source mailing_country mailing_country_code has_opted_out_of_email "
    "do_not_call is_email_bounced email_bounced_date external_id_c",
    required="last_name email account_id created_date",
    files="contact.csv contact_[0-9]* contacts* *contact_data*",
    labels=[
        "Contact ID = id; Business Phone = phone; Mobile = mobile_phone; Reports To ID = reports_to_id",
        "Email Opt Out = has_opted_out_of_email; Contact Owner = owner_id",
    ],
)

ACCOUNT_CONTACT_RELATIONS = record(
    "account_contact_relations",
    "account_id contact_id roles is_direct is_active start_date end_date",
    required="account_id contact_id is_direct",
    files="*account*contact*relation*",
)

LEADS = record(
    "leads",
    "name first_name last_name company title email phone mobile_phone fax website country country_code lead_source "
    "status owner_id is_converted converted_date converted_account_id converted_contact_id has_opted_out_of_email "
    "do_not_call email_bounced_date master_record_id external_id_c",
    required="last_name company status is_converted",
    files="lead.csv lead_[0-9]* leads* *lead_data*",
    labels=[
        "Lead ID = id; Company / Account = company; Lead Status = status; Converted = is_converted",
        "Email Opt Out = has_opted_out_of_email; Mobile = mobile_phone; Lead Owner = owner_id",
    ],
)

OPPORTUNITIES = record(
    "opportunities",
    "name account_id contract_id record_type_id stage_name last_stage_change_date amount probability close_date "
    "is_won is_closed next_step lead_source owner_id mrr_c one_time_amount_c contract_length_months_c lost_reason_c "
    "loss_reason_c",
    required="name stage_name account_id close_date",
    files="opportunity.csv opportunity_[0-9]* opportunities* *opportunity_data*",
    labels=[
        "Opportunity ID = id; Opportunity Name = name; Stage = stage_name; Probability (%) = probability",
        "Amount Currency = currency_iso_code; Opportunity Currency = currency_iso_code; Won = is_won",
        "Closed = is_closed; Opportunity Owner = owner_id; Lost Reason = lost_reason_c; Loss Reason = loss_reason_c",
        "Opportunity Record Type = record_type_id",
    ],
)

OPPORTUNITY_HISTORIES = record(
    "opportunity_histories",
    "opportunity_id stage_name",
    required="opportunity_id stage_name created_date",
    files="*opportunity*histor*",
)

OPPORTUNITY_FIELD_HISTORIES = record(
    "opportunity_field_histories",
    "opportunity_id field old_value new_value",
    required="opportunity_id field old_value new_value created_date",
    files="*opportunity*field*histor*",
)

OPPORTUNITY_VERSIONS = Resource(
    name="opportunity_versions",
    columns=("id", "stage_name", "close_date", "_fivetran_start"),
    key=("id", "_fivetran_start"),
    required=("id", "stage_name", "close_date", "_fivetran_start"),
    files=("*opportunity*history*",),
)
"""Every version of an opportunity with the instant it began: the form in which a warehouse loader keeps history."""

OPPORTUNITY_CONTACT_ROLES = record(
    "opportunity_contact_roles",
    "opportunity_id contact_id role is_primary",
    required="opportunity_id contact_id role is_primary",
    files="*opportunity*contact*role*",
)

OPPORTUNITY_LINE_ITEMS = record(
    "opportunity_line_items",
    "opportunity_id product2_id quantity unit_price total_price has_revenue_schedule billing_frequency_c",
    required="opportunity_id quantity unit_price",
    files="*opportunity*line*item*",
    labels=["product_2_id = product2_id"],
)

PRODUCTS = record(
    "products",
    "name product_code stock_keeping_unit description family is_active revenue_schedule_type "
    "revenue_installment_period number_of_revenue_installments billing_frequency_c",
    required="name product_code family is_active",
    files="product2* products* *product_2*",
)

PRICEBOOK_ENTRIES = record(
    "pricebook_entries",
    "pricebook2_id product2_id unit_price is_active",
    required="pricebook2_id product2_id unit_price is_active",
    files="*pricebook*entr*",
    labels=["pricebook_2_id = pricebook2_id; product_2_id = product2_id"],
)

CONTRACTS = record(
    "contracts",
    "name contract_number account_id owner_id status activated_date start_date end_date contract_term "
    "company_signed_date customer_signed_date special_terms opportunity_c sbqq_opportunity_c contract_value_c "
    "auto_renew_c evergreen_c renewal_term_months_c sbqq_renewal_term_c notice_period_days_c billing_frequency_c "
    "payment_due_days_c terms_url_c canceled_on_c sla_name_c sla_first_response_minutes_c sla_resolution_minutes_c "
    "sla_uptime_percent_c",
    required="account_id status start_date contract_term",
    files="contract.csv contract_[0-9]* contracts*",
    labels=[
        "Contract ID = id; Contract Name = name; Contract Start Date = start_date; Contract End Date = end_date",
        "Contract Term (months) = contract_term; Contract Owner = owner_id",
    ],
)

ACTIVITY = "who_id what_id account_id owner_id subject description activity_date type"

TASKS = record(
    "tasks",
    f"{ACTIVITY} task_subtype status priority is_closed completed_date_time call_type call_duration_in_seconds",
    required="subject status priority who_id owner_id",
    files="task.csv task_[0-9]* tasks* *task_data*",
)

EVENTS = record(
    "events",
    f"{ACTIVITY} event_subtype start_date_time end_date_time is_all_day_event location is_child is_recurrence "
    "is_recurrence2 recurrence_activity_id recurrence2_pattern_time_zone recurrence_time_zone_sid_key status_c "
    "outcome_c next_actions_c",
    required="subject start_date_time end_date_time owner_id",
    files="event.csv event_[0-9]* events* *event_data*",
    labels=["is_recurrence_2 = is_recurrence2; recurrence_2_pattern_time_zone = recurrence2_pattern_time_zone"],
)

TASK_RELATIONS = record(
    "task_relations", "task_id relation_id is_what", required="task_id relation_id", files="*task*relation*"
)

EVENT_RELATIONS = record(
    "event_relations",
    "event_id relation_id status is_what is_organizer is_parent is_invitee",
    required="event_id relation_id status",
    files="*event*relation*",
)

CASES = record(
    "cases",
    "case_number account_id contact_id supplied_email owner_id subject description status priority type reason origin "
    "is_closed closed_date severity_c csat_c csat_comment_c",
    required="case_number subject status origin created_date",
    files="case.csv case_[0-9]* cases* *case_data*",
    labels=[
        "Case ID = id; Case Origin = origin; Case Reason = reason; Case Owner = owner_id; Closed = is_closed",
        "Date/Time Opened = created_date; Opened Date = created_date; Date/Time Closed = closed_date",
    ],
)

CASE_HISTORIES = record(
    "case_histories",
    "case_id field old_value new_value",
    required="case_id field old_value new_value created_date",
    files="*case*histor*",
)

CASE_COMMENTS = record(
    "case_comments",
    "parent_id comment_body is_published",
    required="parent_id comment_body is_published",
    files="*case*comment*",
)

EMAIL_MESSAGES = record(
    "email_messages",
    "parent_id activity_id related_to_id subject text_body html_body from_address from_name to_address cc_address "
    "incoming status message_date has_attachment thread_identifier message_identifier reply_to_email_message_id "
    "is_bounced is_externally_visible",
    required="text_body from_address to_address message_date",
    files="*email*message*",
)

NOTES = record(
    "notes",
    "parent_id title body owner_id",
    required="parent_id title body owner_id",
    files="note.csv note_[0-9]* notes*",
)

CONTENT_NOTES = record(
    "content_notes",
    "title text_preview owner_id",
    required="title text_preview owner_id",
    files="*content*note*",
    version="last_modified_date",
)

CONTENT_DOCUMENT_LINKS = record(
    "content_document_links",
    "content_document_id linked_entity_id",
    required="content_document_id linked_entity_id",
    files="*content*document*link*",
)

USERS = record(
    "users",
    "username name first_name last_name email is_active title department division user_type user_role_id contact_id",
    required="username email is_active",
    files="user.csv user_[0-9]* users* *user_data*",
    labels=["_fivetran_deleted = is_deleted"],
)

USER_ROLES = record(
    "user_roles",
    "name developer_name parent_role_id",
    required="name parent_role_id",
    files="*user*role*",
    labels=["_fivetran_deleted = is_deleted"],
)

GROUPS = record(
    "groups",
    "name developer_name type related_id",
    required="name developer_name type related_id",
    files="group.csv group_[0-9]* groups*",
)

RECORD_TYPES = record(
    "record_types",
    "name developer_name sobject_type",
    required="name developer_name sobject_type",
    files="*record*type*",
)

RESOURCES: tuple[Resource, ...] = (
    *(ACCOUNTS, CONTACTS, ACCOUNT_CONTACT_RELATIONS, LEADS, OPPORTUNITIES, OPPORTUNITY_HISTORIES),
    *(OPPORTUNITY_FIELD_HISTORIES, OPPORTUNITY_VERSIONS, OPPORTUNITY_CONTACT_ROLES, OPPORTUNITY_LINE_ITEMS),
    *(PRODUCTS, PRICEBOOK_ENTRIES, CONTRACTS, TASKS, EVENTS, TASK_RELATIONS, EVENT_RELATIONS, CASES, CASE_HISTORIES),
    *(CASE_COMMENTS, EMAIL_MESSAGES, NOTES, CONTENT_NOTES, CONTENT_DOCUMENT_LINKS, USERS, USER_ROLES, GROUPS),
    RECORD_TYPES,
)


@dlt.source(name="salesforce")
def salesforce(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """One dlt resource per kind of Salesforce record found in the exports; work files go to `scratch`."""
    yield from landed(RESOURCES, scratch, lambda bench: read_all(Reports(bench), RESOURCES, exports))
