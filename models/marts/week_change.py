"""What changed in a week: the schema of `marts.week_change`. What there is now is told by the unified views."""

from __future__ import annotations

from models.schema import Day, Flag, Money, Schema, Text, Whole, field


class WeekChange(Schema):
    """One row per thing that changed for a company in a week, and one per kind of thing for the business as a whole.

    A week is Monday to Sunday (UTC). Lines of the whole business sum those of the companies, those of nobody known too.
    """

    week: Day = field("Monday of the week.", key=True)
    scope: Text = field("The company; (all) for the business as a whole, (unknown) where none is known.", key=True)
    place: Whole = field("Place in the week: what is about most money first, then by kind.", key=True, ge=1)
    company_id: Text = field("The company; null for the business as a whole.", references="company")
    is_complete: Flag = field("False in the week that is not over.", required=True)
    kind: Text = field(
        "What changed: arr (of the business: all of it), new, reactivation, expansion, contraction, churn, notice, "
        "renewal_renewed, renewal_lost, renewal_due, deal_won, deal_lost, overdue, champion_left, band_worse, "
        "band_better, sla_missed, ticket_opened, ticket_solved, nps, delivered, reached, stage_forward or stage_back.",
        required=True,
    )
    item_count: Whole = field("How many: 1 of a company's line; of MRR, companies.", required=True, ge=1)
    amount: Money = field(
        "Money it is about, in `currency`: of what recurs for a year; below 0 where lost or owed, null without any."
    )
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    sentence: Text = field("It in a sentence.", required=True, personal=True)
    happened_on: Day = field("The day; null for the business as a whole.")
    object: Text = field("Kind of record it is read from; null for the business as a whole.")
    object_id: Text = field("That record's id, with what tells one row of several after a stroke.", personal=True)
