"""What a contract's payment schedule is: one payment that was agreed."""

from __future__ import annotations

from models.schema import Day, Money, Object, Text, field


class ContractPaymentSchedule(Object):
    """One agreed payment of one contract."""

    contract_payment_schedule_id: Text = field("Id of the row.", key=True)
    contract_id: Text = field("The contract.", required=True, references="contract")
    due_on: Day = field("Day on which it is due.", required=True)
    amount: Money = field("Amount without tax, in `currency`.", required=True)
    currency: Text = field("ISO 4217 currency; the contract's where the source names none.", matches=r"^[A-Z]{3}$")
    description: Text = field("What it is for.")
