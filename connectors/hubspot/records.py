"""HubSpot's CRM records: columns, headers and marks of companies, people, deals, tickets and the like, and `record`.

What was done about them (calls, meetings, tasks ...) stands in `activities`; owners, histories and tables in `source`.

CSV exports carry a portal's English property labels ("Company Domain Name"), pages of the CRM API the property names
("domain"): `labels` makes one of both. Every property that is not declared here stays with its record as `custom`.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.reading.resource import Resource

TIMES = ("created_at", "updated_at", "archived", "archived_at")
RECORD = ("id", "hs_object_id", "hs_merged_object_ids", "createdate", "hs_lastmodifieddate", *TIMES)
"""What every record has: its id, those of records that were merged into it, its times and whether it was deleted."""

RECORD_LABELS = (
    "Record ID = id; Create Date = createdate; is_deleted = archived; _fivetran_deleted = archived",
    "Merged object IDs = hs_merged_object_ids; property_hs_lastmodifieddate = updated_at",
)

PINNED = "Pinned Engagement ID = hs_pinned_engagement_id"

LINKS = (
    "associations associated_company_ids associated_company_ids_primary associated_company associated_company_primary "
    "associated_contact_ids associated_contact"
)
"""Associated records: JSON in the API's pages, ids separated by semicolons in CSV exports (names beside)."""

ACTIVITY_LINKS = f"{LINKS} associated_deal_ids associated_ticket_ids associated_service_ids"
"""What else an activity may be about."""

LINK_LABELS = (
    "Associated Company IDs = associated_company_ids; Associated Contact IDs = associated_contact_ids",
    "Associated Company IDs (Primary) = associated_company_ids_primary; Associated Deal IDs = associated_deal_ids",
    "Associated Ticket IDs = associated_ticket_ids; Associated Service IDs = associated_service_ids",
)


def labels_of(*lines: str) -> dict[str, str]:
    """`"Header = column; Header = column"` lines as header -> column."""
    pairs = (pair.split(" = ") for line in lines for pair in line.split("; "))
    return {header.strip(): column.strip() for header, column in pairs}


def record(
    name: str,
    columns: str,
    labels: Sequence[str],
    required: str,
    files: Sequence[str],
    *,
    links: str = LINKS,
    version: str = "updated_at",
) -> Resource:
    """A collection of CRM records: CSV export, pages of the CRM API, or tables whose columns are named `property_*`."""
    names = (*RECORD, *links.split(), *columns.split())
    loader = {f"property_{column}": column for column in names}
    named = labels_of(*RECORD_LABELS, f"Last Modified Date = {version}", *LINK_LABELS, *labels)
    return Resource(
        name=name,
        columns=names,
        key=("id",),
        version=version,
        required=("id", *required.split()),
        labels=loader | {header: column for header, column in named.items() if column in names},
        files=tuple(files),
        records="results",
        flatten=("properties",),
    )


COMPANIES = record(
    "companies",
    "name domain hs_additional_domains website industry numberofemployees founded_year annualrevenue "
    "hs_annual_revenue_currency_code country hs_country_code state city address address2 zip phone lifecyclestage "
    "hs_lifecyclestage_lead_date hs_lifecyclestage_opportunity_date hs_lifecyclestage_customer_date "
    "hs_analytics_source hs_ideal_customer_profile hubspot_owner_id hs_parent_company_id "
    "legal_name segment lead_source customer_success_manager csm_score csm_score_date hs_pinned_engagement_id",
    [
        "Company ID = id; Company name = name; Company Domain Name = domain; Website URL = website",
        "Additional Domains = hs_additional_domains; Number of Employees = numberofemployees",
        "Annual Revenue Currency Code = hs_annual_revenue_currency_code; Annual Revenue = annualrevenue",
        "Country/Region = country; Country/Region Code = hs_country_code; State/Region = state; Postal Code = zip",
        "Street Address = address; Street Address 2 = address2; property_address_2 = address2; Phone Number = phone",
        "Lifecycle Stage = lifecyclestage; Became a Lead Date = hs_lifecyclestage_lead_date",
        "Became an Opportunity Date = hs_lifecyclestage_opportunity_date",
        "Became a Customer Date = hs_lifecyclestage_customer_date; Original Source Type = hs_analytics_source",
        "Original Traffic Source = hs_analytics_source; Ideal Customer Profile Tier = hs_ideal_customer_profile",
        "Company owner = hubspot_owner_id; Parent Company = hs_parent_company_id; Year Founded = founded_year",
        PINNED,
    ],
    required="name createdate",  # an id and a name alone may be anything: a team, a list, a role
    files=["*compan*"],
)

CONTACTS = record(
    "contacts",
    "email hs_additional_emails work_email firstname lastname phone mobilephone jobtitle job_function company "
    "associatedcompanyid lifecyclestage hs_analytics_source hs_language hs_timezone country hs_email_optout "
    "hs_email_hard_bounce_reason_enum hs_email_bad_address hs_buying_role hubspot_owner_id lastmodifieddate "
    "hs_pinned_engagement_id",
    [
        "Contact ID = id; First Name = firstname; Last Name = lastname; Work email = work_email",
        "Additional email addresses = hs_additional_emails; Phone Number = phone; Mobile Phone Number = mobilephone",
        "Job Title = jobtitle; Job function = job_function; Company Name = company",
        "Associated Company ID = associatedcompanyid; Primary Associated Company ID = associatedcompanyid",
        "Lifecycle Stage = lifecyclestage; Original Source = hs_analytics_source",
        "Original Traffic Source = hs_analytics_source; Preferred language = hs_language; Time Zone = hs_timezone",
        "Country/Region = country; Unsubscribed from all email = hs_email_optout; Buying Role = hs_buying_role",
        "Opted out of all email = hs_email_optout",
        "Email hard bounce reason = hs_email_hard_bounce_reason_enum; Invalid email address = hs_email_bad_address",
        "Contact owner = hubspot_owner_id; Merged Contact IDs = hs_merged_object_ids",
        PINNED,
    ],
    required="email firstname",
    version="lastmodifieddate",  # the property reads like its own label
    files=["*contact*", "*people*"],
)

DEALS = record(
    "deals",
    "dealname dealstage pipeline amount deal_currency_code hs_mrr one_time_amount dealtype hs_deal_stage_probability "
    "hs_is_closed hs_is_closed_won hs_is_closed_lost closedate hs_v2_date_entered_current_stage closed_lost_reason "
    "hs_next_step hs_analytics_source contract_length_months hs_primary_associated_company hubspot_owner_id "
    "hs_pinned_engagement_id",
    [
        "Deal ID = id; Deal Name = dealname; Deal Stage = dealstage; Currency = deal_currency_code",
        "Deal Type = dealtype; Monthly recurring revenue = hs_mrr; One-time amount = one_time_amount",
        "Contract length (months) = contract_length_months; Deal probability = hs_deal_stage_probability",
        "Is Deal Closed? = hs_is_closed; Is Closed Won = hs_is_closed_won; Is closed lost = hs_is_closed_lost",
        "Close Date = closedate; Date entered current stage = hs_v2_date_entered_current_stage",
        "Closed Lost Reason = closed_lost_reason; Next step = hs_next_step; Original Source Type = hs_analytics_source",
        "Original Traffic Source = hs_analytics_source; Primary Associated Company = hs_primary_associated_company",
        "Deal owner = hubspot_owner_id; Merged Deal IDs = hs_merged_object_ids",
        PINNED,
        "deal_id = id; owner_id = hubspot_owner_id; deal_pipeline_id = pipeline; deal_pipeline_stage_id = dealstage",
    ],
    required="dealname",
    files=["*deals*", "*deal_data*"],
)

LINE_ITEMS = record(
    "line_items",
    "name hs_product_id quantity price amount recurringbillingfrequency associated_deal_ids",
    [
        "Line item ID = id; Product ID = hs_product_id; Unit price = price; Net price = amount",
        "Billing frequency = recurringbillingfrequency; product_id = hs_product_id; deal_id = associated_deal_ids",
    ],
    required="quantity",
    files=["*line*item*"],
)

PRODUCTS = record(
    "products",
    "name hs_sku description hs_folder_name hs_product_type hs_status price hs_pricing_model recurringbillingfrequency",
    [
        "Product ID = id; SKU = hs_sku; Product description = description; Folder name = hs_folder_name",
        "Product type = hs_product_type; Status = hs_status; Unit price = price; Pricing model = hs_pricing_model",
        "Billing frequency = recurringbillingfrequency",
    ],
    required="name hs_sku",
    files=["*product*"],
    links="",
)

TICKETS = record(
    "tickets",
    "subject content hs_pipeline hs_pipeline_stage hs_ticket_priority hs_ticket_category source_type closed_date "
    "first_agent_reply_date hubspot_owner_id hs_pinned_engagement_id",
    [
        "Ticket ID = id; Ticket name = subject; Ticket description = content; Ticket status = hs_pipeline_stage",
        "Pipeline = hs_pipeline; Priority = hs_ticket_priority; Category = hs_ticket_category; Source = source_type",
        "Close date = closed_date; First agent response date = first_agent_reply_date; Ticket owner = hubspot_owner_id",
        "Merged Ticket IDs = hs_merged_object_ids",
        PINNED,
    ],
    required="subject hs_pipeline_stage",
    files=["*tickets*", "*ticket_data*"],
)

FEEDBACK_SUBMISSIONS = record(
    "feedback_submissions",
    "hs_createdate hs_survey_type hs_industry_standard_question_type hs_survey_id hs_survey_name hs_value hs_content "
    "hs_submission_timestamp hs_contact_id hs_contact_email_rollup associated_ticket_ids",
    [
        "Survey type = hs_survey_type; Survey name = hs_survey_name; Survey ID = hs_survey_id; Rating = hs_value",
        "Response = hs_content",
        "Date = hs_submission_timestamp; Contact ID = hs_contact_id; Email = hs_contact_email_rollup",
    ],
    required="hs_survey_type hs_value",
    files=["*feedback*", "*survey*", "*nps*"],
)

RECORDS = (COMPANIES, CONTACTS, DEALS, LINE_ITEMS, PRODUCTS, TICKETS, FEEDBACK_SUBMISSIONS)
