"""What an exchange rate is."""

from __future__ import annotations

from models.schema import Day, Exact, Happening, Text, field


class ExchangeRate(Happening):
    """How many units of a currency one euro bought on a day."""

    exchange_rate_id: Text = field("Id of the row.", key=True)
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    quoted_on: Day = field("Day of the rate.", required=True)
    units_per_euro: Exact = field("Units of the currency for one euro.", required=True)
