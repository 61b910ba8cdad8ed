"""What a metric reading is: one value of one measure of a company, asset or project."""

from __future__ import annotations

from models.schema import Exact, Happening, Instant, Text, field


class MetricReading(Happening):
    """One reading. Exactly one of company, asset and project names what was measured."""

    metric_reading_id: Text = field("Id of the row.", key=True)
    subject_type: Text = field("What was measured.", required=True, isin=["company", "asset", "project"])
    company_id: Text = field(
        "The company measured; for an asset or project, the company it belongs to.", references="company"
    )
    asset_id: Text = field("The asset measured.", references="asset")
    project_id: Text = field("The project measured.", references="project")
    metric: Text = field("Name of the measure.", required=True)
    read_at: Instant = field("When it was read.", required=True)
    value: Exact = field("The value.", required=True)
    unit: Text = field("Unit of the value.")
