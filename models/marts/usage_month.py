"""What a month of use is: the schema of `marts.usage_month`. The present use is `company_usage`."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, Whole, field


class UsageMonth(Schema):
    """One company's use of the product in one UTC month; months without any have no row, the last one may go on."""

    company_id: Text = field("The company.", key=True, references="company")
    month: Day = field("First day of the month.", key=True)
    active_users: Whole = field("Different users.", required=True, ge=0)
    active_days: Whole = field("Days with any use.", required=True, ge=1)
    event_count: Whole = field("Acts in the product.", required=True, ge=1)
    weight: Exact = field("What the acts count together.", required=True, ge=0)
    feature_count: Whole = field("Different acts.", required=True, ge=1)
