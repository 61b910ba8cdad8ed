"""What an issue is worth: the schema of `marts.issue_value`."""

from __future__ import annotations

from models.schema import Exact, Flag, Instant, Schema, Text, Whole, field


class IssueValue(Schema):
    """One row per issue: whom it touches and what they pay, the open ones ranked by it."""

    issue_id: Text = field("The issue.", key=True, references="issue")
    tracker_key: Text = field("Key in the tracker.")
    title: Text = field("Title.", required=True)
    issue_type: Text = field("Kind, in the tracker's words.")
    status: Text = field("Where it stands, in the tracker's words.")
    status_category: Text = field("Where it stands, in ours.", isin=["to_do", "in_progress", "done"])
    created_at: Instant = field("When it was reported.")
    resolved_at: Instant = field("When it was resolved.")
    company_count: Whole = field("Companies it touches.", required=True, ge=0)
    paying_company_count: Whole = field("Those of them that pay now.", required=True, ge=0)
    currency: Text = field("Reporting currency.", required=True)
    combined_mrr: Exact = field(
        "Monthly recurring revenue of the companies it touches, each counted once.", required=True
    )
    combined_arr: Exact = field("The same for a year.", required=True)
    rank: Whole = field("Place among the open issues by that money, 1 first; null once done.", ge=1)
    is_feature_request: Flag = field("True for a wish, by its kind; false for a fault or a task.", required=True)
    feature_rank: Whole = field("Place among the open feature requests by that money, 1 first; null for others.", ge=1)
    company_names: Text = field("The companies, the biggest first.")
