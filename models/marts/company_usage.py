"""What a company's use is: the schema of `marts.company_usage`. Windows and licences are the usage policy's."""

from __future__ import annotations

from models.schema import Exact, Instant, Number, Schema, Text, Whole, field


class CompanyUsage(Schema):
    """One row per company with users, licences or use: its use in the whole days before the run's as-of day.

    The window is the policy's `window_days`; the short one, `short_days`, is its end.
    """

    company_id: Text = field("The company.", key=True, references="company")
    known_users: Whole = field(
        "Users there are, those deactivated left out; several accounts of one person are one.", required=True, ge=0
    )
    active_users: Whole = field("Different users in the window.", required=True, ge=0)
    active_users_before: Whole = field("Different users in the window before.", required=True, ge=0)
    active_users_short: Whole = field("Different users in the short window.", required=True, ge=0)
    breadth: Number = field("Active users per known user; null without known users.", ge=0)
    stickiness: Number = field("Mean of each day's different users per active user; null without any.", ge=0, le=1)
    feature_count: Whole = field("Different acts in the window.", required=True, ge=0)
    feature_breadth: Number = field(
        "Those, as a share of the acts that anybody has done in the policy's `feature_days`; null without any.",
        ge=0,
        le=1,
    )
    event_count: Whole = field("Acts in the window.", required=True, ge=0)
    event_count_before: Whole = field("Acts in the window before.", required=True, ge=0)
    weight: Exact = field("What the acts in the window count together.", required=True, ge=0)
    trend: Number = field(
        "Change of the acts from the window before, as a share of them; null of fewer than `trend_acts`.", ge=-1
    )
    licences_bought: Exact = field("Licences of what runs now; null without any.", ge=0)
    licences_used: Exact = field("Licences in use: the newest reading, else the active users.", required=True, ge=0)
    licences_used_from: Text = field(
        "What that is read from: a reading or the active users.", required=True, isin=["reading", "active_users"]
    )
    licences_read_at: Instant = field("When it was read; null of active users.")
    licence_use: Number = field("Licences in use per licence bought; null without any bought.", ge=0)
    last_used_at: Instant = field("Last act in the product.")
