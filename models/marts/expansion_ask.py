"""Who asks for more and what became of it: the schema of `marts.expansion_ask`."""

from __future__ import annotations

from models.schema import Day, Exact, Instant, Schema, Text, Whole, field


class ExpansionAsk(Schema):
    """One row per ticket or signal in which a company asks for more, with what the company pays and what followed."""

    object: Text = field("Kind of record that asks.", key=True, isin=["ticket", "signal"])
    object_id: Text = field("The ticket or signal.", key=True)
    company_id: Text = field("The company.", required=True, references="company")
    contact_id: Text = field("Who asked.", references="contact", personal=True)
    asked_at: Instant = field("When.", required=True)
    title: Text = field("Subject of the ticket or title of the signal.", personal=True)
    phrase: Text = field("Words of the ticket that ask for more, or the signal's topic.")
    currency: Text = field("Reporting currency.", required=True)
    mrr: Exact = field("Monthly recurring revenue of the company now.", required=True, ge=0)
    arr: Exact = field("The same for a year.", required=True, ge=0)
    state: Text = field(
        "What became of it within the support policy's `expansion_answer_days`: answered = pays more since, or a later "
        "opportunity is won; in_sales = a later one is undecided; declined = the later ones are lost; open = nothing "
        "followed yet; lapsed = nothing did in time. Renewals and downsells are no answer.",
        required=True,
        isin=["open", "in_sales", "answered", "declined", "lapsed"],
    )
    opportunity_id: Text = field(
        "The opportunity that followed: the first won one, else the first undecided, else the first lost.",
        references="opportunity",
    )
    grown_on: Day = field("First day in that time on which its revenue grew.")
    rank: Whole = field("Place by revenue among those open or in sales, 1 first; null for the others.", ge=1)
