"""What a calculated metric is: the schema of `marts.calculated_metric`."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, Whole, field


class CalculatedMetric(Schema):
    """One row per measure of the policy and company, asset or project with readings: its value now."""

    metric: Text = field("Name of the measure or ratio.", key=True)
    subject_type: Text = field("What it is the value of.", key=True, isin=["company", "asset", "project"])
    subject_id: Text = field("Id of that company, asset or project.", key=True)
    company_id: Text = field("The company it belongs to.", references="company")
    from_on: Day = field("First day that counts.", required=True)
    to_on: Day = field("Last day that counts.", required=True)
    value: Exact = field("The value; null where a ratio would divide by nothing.")
    unit: Text = field("Unit of the value.")
    reading_days: Whole = field("Days with readings.", required=True, ge=1)
    part_count: Whole = field("Things whose values went into it.", required=True, ge=1)
