"""What a health score is: the schema of `marts.health_score`. How it comes about is in intermediate."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, Whole, field


class HealthScore(Schema):
    """One row per customer (still running or given notice): how healthy the relation is at the run's as-of day."""

    company_id: Text = field("The customer.", key=True, references="company")
    as_of: Day = field("Day of the score.", key=True)
    segment: Text = field("Segment of the company, else not stated.", required=True)
    owner_id: Text = field("Team member who owns the account.", references="team_member")
    profile: Text = field("Set of weights used.", required=True)
    score: Exact = field("0 (bad) to 100 (good); null where too little is known.", ge=0, le=100)
    band: Text = field("What the score means; null without a score.", isin=["at_risk", "needs_attention", "thriving"])
    coverage: Exact = field("Weight of the signs that are known, as a share of all.", required=True, ge=0, le=1)
    factor_count: Whole = field("Number of signs that are known.", required=True, ge=0)
    reasons: Text = field("The signs that cost most points in words, worst first, with the points they cost.")
    main_cause: Text = field(
        "The theme of signs to speak of first: what costs most, counting twice what it came to cost in 30 days; null "
        "where it is less than a point."
    )
    score_30d_ago: Exact = field("The score 30 days before; null without one.", ge=0, le=100)
    change_30d: Exact = field("What the score gained or lost since.")
    arr: Exact = field("Annual recurring revenue now, in `currency`.", required=True)
    currency: Text = field("The reporting currency.", required=True)
