"""What a cohort's month is: how many of the companies that began together still pay, and how much."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Number, Schema, Text, Whole, field


class CohortMonth(Schema):
    """The companies that first paid in one month, some months later.

    A company stays in its cohort for ever: one that comes back counts again. Both ends are valued at the exchange rates
    of the later month, as in `retention_month`, so rates move nothing; that is why `starting_mrr` may differ between
    the months of one cohort. Month of life 0 is the first one: all ratios are 1 then. Ratios are null where the first
    month comes to nothing.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    segment: Text = field("Segment the companies were in when they first paid; '(all)' for all of them.", key=True)
    cohort: Day = field("First day of the month in which they first paid.", key=True)
    month_of_life: Whole = field("Months since then: 0 in that month.", key=True, ge=0)
    month: Day = field("First day of the month looked at.", required=True)
    is_complete: Flag = field("False in the month that is not over: it is valued at the run's as-of.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    companies_start: Whole = field("Companies of the cohort.", required=True)
    companies_kept: Whole = field("Those of them that pay at the end of the month.", required=True)
    starting_mrr: Exact = field("What the cohort paid a month at the end of its first one.", required=True)
    net_mrr: Exact = field("What it pays now.", required=True)
    gross_mrr: Exact = field("The same, but of each company at most what it paid in its first month.", required=True)
    logo_retention: Number = field("companies_kept / companies_start.", ge=0, le=1)
    net_retention: Number = field("net_mrr / starting_mrr.", ge=0)
    gross_retention: Number = field("gross_mrr / starting_mrr.", ge=0, le=1)
