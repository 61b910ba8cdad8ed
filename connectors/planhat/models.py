"""Planhat's models as resources: name, columns, key and labels of each. What they mean stands in the mappings.

`id` is Planhat's `_id`, `custom_fields` the nested object `custom`, `currency` also `_currency`. What Planhat calls NRR
(non-recurring revenue) is `non_recurring…` here: to everyone else those letters mean net revenue retention.
"""

from __future__ import annotations

from connectors.reading.resource import Resource

COMMON = "id external_id source_id custom_fields created_at create_date updated_at record_version"
"""What every record may have: its ids, here and elsewhere, the workspace's own fields, its times, its version."""

COMMON_LABELS = (
    "_id = id; Planhat ID = id; extId = external_id; custom = custom_fields; __v = record_version",
    "Created Date = created_at; Updated Date = updated_at; Last Updated = updated_at",
    "_currency = currency; nrr = non_recurring; NRR 30 = non_recurring_30_days; NRR Total = non_recurring_total",
)


def labels_of(*lines: str) -> dict[str, str]:
    """`"Header = column; Header = column"` lines as header -> column."""
    pairs = (pair.split(" = ") for line in lines for pair in line.split("; "))
    return {header.strip(): column.strip() for header, column in pairs}


def model(name: str, columns: str, required: str, files: str, *labels: str) -> Resource:
    """A model whose records have Planhat's `_id`; `name` is also the API's path and the key of a list in a page."""
    return Resource(
        name=name,
        columns=(*COMMON.split(), *columns.split()),
        key=("id",),
        version="updated_at",
        required=("id", *required.split()),
        labels=labels_of(*COMMON_LABELS, *labels),
        files=tuple(files.split()),
        records=name,
    )


COMPANIES = model(
    "companies",
    "name owner co_owner phase phase_since domains web phone_primary address city state zip country tags csm_score "
    "parent_company_id parent_id parent_name org_path industry employees segment lead_source legal_name icp_fit",
    "name",
    "*compan* *customer* *account*",
    "Company Name = name; Company = name; Account Owner = owner; Co-Owner = co_owner; Lifecycle Phase = phase",
    "In Phase Since = phase_since; Website = web; Phone = phone_primary; Zip Code = zip; CSM Score = csm_score",
    "Parent Company = parent_name; Parent = parent_name; Number of Employees = employees; Org Path = org_path",
    "Health Score = h",
)

ENDUSERS = model(
    "endusers",
    "email other_emails first_name last_name name company_id company_name position department phone tags featured "
    "archived nps_unsubscribed last_active first_active experience beats beats_total",
    "email",
    "*enduser* *end_user* *end?user* *contact*",
    "Company = company_name; Company ID = company_id; Job Title = position; Last Active Date = last_active",
    "Additional Emails = other_emails",
)

USERS = model(
    "users",
    "email nick_name first_name last_name roles teams inactive removed",
    "email nick_name",
    "*users* *team*",
    "Nickname = nick_name; Display Name = nick_name",
)

ASSETS = model(
    "assets",
    "name company_id company_name asset_type parent_asset_id",
    "name company_id",
    "*asset*",
    "type = asset_type; Asset Type = asset_type; Parent Asset ID = parent_asset_id; parentId = parent_asset_id",
)

WORKSPACES = model("workspaces", "name company_id company_name", "name company_id", "*workspace*")

PROJECTS = model(
    "projects",
    "name company_id company_name currency start_date end_date status mrr arr non_recurring owner_id",
    "name start_date",
    "*project*",
    "Company = company_name; Owner = owner_id; Currency = currency",
)

OBJECTIVES = model("objectives", "name health company_id company_name", "name health", "*objective*")

CAMPAIGNS = model("campaigns", "name company_id", "name", "*campaign*")

LICENSES = model(
    "licenses",
    "product currency company_id company_name from_date to_date to_date_included fixed_period length value mrr arr "
    "status renewal_status renewal_date auto_renews notice_period notice_unit opportunity_id",
    "from_date",
    "*licen[cs]e* *subscription*",
    "Company = company_name; Company ID = company_id; License Start Date = from_date; Start Date = from_date",
    "License End Date = to_date; End Date = to_date; Auto Renewal = auto_renews; Auto Renews = auto_renews",
    "Fixed Term = fixed_period; Opportunity ID = opportunity_id",
)

SALES = model(
    "sales",
    "product currency company_id company_name sales_date value opportunity_id",
    "sales_date value",
    "*sale* *nrr*",
    "Company = company_name; Company ID = company_id; Sale Date = sales_date; Amount = value",
)

INVOICES = model(
    "invoices",
    "company_id company_name invoice_no invoice_date due_date paid_date currency amount_total amount_paid status "
    "line_items product",
    "invoice_date",
    "*invoice*",
    "cId = company_id; cName = company_name; Company = company_name; Invoice Number = invoice_no",
    "Total Amount = amount_total; Payment Date = paid_date",
)

OPPORTUNITIES = model(
    "opportunities",
    "title status sales_stage company_id company_name deal_date landing_date close_date currency mrr arr non_recurring "
    "contract_length probability owner_id stage_history opportunity_type",
    "sales_stage",
    "*opportunit*",
    "Company = company_name; Stage = sales_stage; Owner = owner_id; Expected Close Date = landing_date",
    "Contract Length (months) = contract_length; Opportunity Type = opportunity_type; Sales Owner = owner_id",
)

DEALS = model(
    "deals",
    "name stage company_id company_name owner_id mrr arr total fees currency close_date deal_type",
    "name stage",
    "*deal*",
    "Company = company_name; Deal Name = name; Owner = owner_id; Deal Type = deal_type; type = deal_type",
)

LINE_ITEMS = model(
    "lineitems",
    "name type product product_id deal_id company_id company_name currency from_date to_date to_date_included "
    "fixed_period length value mrr arr status renewal_status renewal_date auto_renews notice_period notice_unit",
    "deal_id from_date",
    "*line?item* *lineitem*",
    "Company = company_name; productType = type; productName = product; startDate = from_date; endDate = to_date",
)

PRODUCTS = model(
    "products",
    "name type description mrr value currency packages",
    "name type",
    "*product*",
    "Product Name = name; Product Type = type",
)

CHURN = model(
    "churn",
    "company_id company_name date reasons value mrr arr currency only_downgrade comment license_id",
    "reasons",
    "*churn*",
    "Company = company_name; churnDate = date; Churned On = date; churnReason = reasons; reason = reasons",
    "Churn Reasons = reasons; onlyDowngrade = only_downgrade; isDowngrade = only_downgrade; comments = comment",
    "Amount = value",
)

CONVERSATIONS = model(
    "conversations",
    "type subject description snippet company_id company_name date out_date users endusers sender is_open archived "
    "pinned tags activity_tags number_of_parts has_attachments task_id ticket_id",
    "type date",
    "*conversation* *note* *email* *call* *chat*",
    "Company = company_name; Owner = users; Body = description; End Users = endusers; title = subject",
)

TICKETS = model(
    "tickets",
    "type subject description snippet company_id company_name company_external_id source url email agent_email "
    "assignee_id endusers users status priority severity product tags is_open date solved_at number_of_parts",
    "subject email",
    "*ticket*",
    "Company = company_name; title = subject; End User Email = email; Requester = email; resolvedAt = solved_at",
)

TASKS = model(
    "tasks",
    "main_type type action description company_id company_name start_time end_time due_date date_done status priority "
    "is_archived owner_id owner_name endusers users checklist location conference_url workflow_id opportunity_id",
    "action",
    "*task* *event*",
    "Company = company_name; Title = action; Owner = owner_id; Completed Date = date_done; End Users = endusers",
    "eventLocation = location; meetingLink = conference_url; Start Date = start_time; End Date = end_time",
)

ISSUES = model(
    "issues",
    "title description status priority type source source_url company_ids enduser_ids conversation_ids tags archived "
    "resolved_at due_date assignee_id",
    "title",
    "*issue*",
    "Source URL = source_url; dueOn = due_date",
)

NPS = model(
    "nps",
    "email enduser_id company_id company_name campaign_id score comment date_sent date_answered source",
    "score",
    "*nps*",
    "euId = enduser_id; cId = company_id; cName = company_name; Company = company_name; End User Email = email",
    "Sent Date = date_sent; Answered Date = date_answered",
)

WORKFLOWS = model(
    "workflows",
    "name template template_id company_id company_name enduser_id status start_date expected_end_date end_date "
    "percent_done",
    "template start_date",
    "*workflow*",
    "Company = company_name; Template Name = template; workflowTemplateId = template_id; Percent Done = percent_done",
    "End User ID = enduser_id; % Done = percent_done; endUserId = enduser_id",
)

CUSTOM_FIELDS = model("customfields", "name parent type", "name parent", "*custom?field* *customfield*")
TIME_ENTRIES = model("timeentries", "company_id date hours description", "hours", "*time?entr* *timeentr*")
TIMESHEETS = model("timesheets", "status date_from date_to assigned_id", "date_from date_to", "*timesheet*")

DIMENSION_DATA = Resource(
    name="dimensiondata",
    columns=("id", "dimension_id", "time", "value", "model", "parent_id", "company_id"),
    key=("id",),
    version=None,
    required=("id", "dimension_id", "value"),
    labels=labels_of("_id = id; Planhat ID = id; date = time; cId = company_id"),
    files=("*dimension*", "*metric*", "*time?series*"),
    records="dimensiondata",
)
"""Time series as the API gives them: readings with Planhat's own ids."""

METRICS = Resource(
    name="metrics",
    columns=("dimension_id", "external_id", "model", "date", "value"),
    key=(),
    version=None,
    required=("dimension_id", "external_id", "date", "value"),
    labels=labels_of("Dimension ID = dimension_id; companyExternalId = external_id; External ID = external_id"),
    files=("*metric*", "*dimension*", "*time?series*"),
    records="metrics",
)
"""Time series as they are sent to Planhat: what was measured goes by its id in the workspace's own system."""

ACTIVITIES = Resource(
    name="activities",
    columns=(
        *("record_id", "action", "date", "email", "name", "external_id", "enduser_id", "company_id"),
        *("company_external_id", "asset_external_id", "project_external_id", "weight", "count", "info"),
    ),
    key=(),
    version=None,
    required=("action", "date"),
    labels=labels_of(
        "_id = record_id; id = external_id; euExtId = external_id; euId = enduser_id; cId = company_id",
        "companyExtId = company_external_id; assetExtId = asset_external_id; projectExtId = project_external_id",
        "time = date",
    ),
    files=("*activit*",),
    records="activities",
)
"""What users did in the product, in the shape of Planhat's own import file and of its tracking endpoint."""

RESOURCES: tuple[Resource, ...] = (
    *(COMPANIES, ENDUSERS, USERS, LICENSES, SALES, INVOICES, OPPORTUNITIES, DEALS, LINE_ITEMS, PRODUCTS, CHURN),
    *(CONVERSATIONS, TICKETS, TASKS, ISSUES, NPS, ASSETS, WORKSPACES, PROJECTS, OBJECTIVES, CAMPAIGNS, WORKFLOWS),
    *(CUSTOM_FIELDS, TIME_ENTRIES, TIMESHEETS, DIMENSION_DATA, METRICS, ACTIVITIES),
)
