"""What a restatement is: a number of a closed month that is said otherwise than it was published."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Instant, Schema, Text, Whole, field


class Restatement(Schema):
    """One number of a closed month that a publication said otherwise than the one before, and why.

    A number is a metric's value in total, for a member of a dimension or, for MRR, for a company (dimension
    company_id). A sum of nothing is told as 0, any other value that is not there as null.
    """

    metric: Text = field("Name of the metric.", key=True)
    dimension: Text = field("Column the metric is split by; (all) for the total.", key=True)
    member: Text = field("Value of the dimension; (all) for the total.", key=True)
    period: Day = field("First day of the closed month.", key=True)
    publication: Whole = field("Which publication said it anew, counted from 1.", key=True)
    company_id: Text = field("The company, where the number is one company's.", references="company")
    unit: Text = field("Unit of the metric.", required=True)
    currency: Text = field("ISO 4217 currency; null where the number is no money.")
    first_said: Exact = field("What was published first.")
    said: Exact = field("What was published just before.")
    says: Exact = field("What was published from then on.")
    difference: Exact = field("`says` less `said`; null counts as 0.", required=True)
    restated_at: Instant = field("Newest delivery or decision known when it was said anew (UTC).", required=True)
    as_of: Instant = field("Instant (UTC) the publication was computed for.", required=True)
    is_latest: Flag = field("True where no later publication said it otherwise again.", required=True)
    cause: Text = field(
        "Why, the likeliest first, separated by semicolons: late or changed source rows, decision of a person about "
        "identity, policy changed, new version of the software, later day; no cause found, which is a defect.",
        required=True,
    )
    because: Text = field("The same in sentences: what changed, in which file and line.", personal=True)
    change_count: Whole = field("Changes and rows that came in between and belong to the number.", required=True)
