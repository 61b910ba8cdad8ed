"""What a group of companies comes to: the schema of `marts.company_group`. Who stands under whom is `company_tree`."""

from __future__ import annotations

from models.schema import Exact, Flag, Money, Schema, Text, Whole, field


class CompanyGroup(Schema):
    """One row per company that has a parent or a daughter: what it and all companies below it come to, each once.

    The rows with depth 0 are the groups; adding up rows of different depth counts companies twice.
    """

    company_id: Text = field("The company at the top of what is added up.", key=True, references="company")
    name: Text = field("Its name.", required=True)
    parent_company_id: Text = field("The company above it.", references="company")
    ultimate_parent_id: Text = field("The company at the top of the whole group.", required=True, references="company")
    depth: Whole = field("Steps up to that company; 0 for the top.", required=True, ge=0)
    is_in_parent_cycle: Flag = field(
        "True when it is its own ancestor: its parent is then not followed.", required=True
    )
    company_count: Whole = field("Companies added up, itself among them.", required=True, ge=1)
    customer_count: Whole = field("Those that are customers, be it under notice.", required=True, ge=0)
    currency: Text = field("The reporting currency: of every amount here.", required=True)
    mrr_total: Exact = field("Monthly recurring revenue now.", required=True)
    arr_total: Exact = field("Twelve times `mrr_total`.", required=True)
    overdue_amount_total: Money = field("Unpaid and past its due date.", required=True)
    overdue_count_total: Whole = field("Invoices overdue.", required=True, ge=0)
    open_opportunity_count_total: Whole = field("Open opportunities.", required=True, ge=0)
    open_pipeline_amount_total: Money = field("Their amounts.", required=True)
    weighted_pipeline_amount_total: Money = field("Their amounts × likelihood.", required=True)
    nps_response_count_total: Whole = field("NPS answers within the policy's window.", required=True, ge=0)
    csat_count_total: Whole = field("Ratings within the policy's window.", required=True, ge=0)
    ticket_count_total: Whole = field("Tickets in all.", required=True, ge=0)
    open_ticket_count_total: Whole = field("Tickets that are not solved.", required=True, ge=0)
    open_severe_ticket_count_total: Whole = field("Of those, severe ones.", required=True, ge=0)
    contact_count_total: Whole = field("People with a job at one or more of them, each once.", required=True, ge=0)
