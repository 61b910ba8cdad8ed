"""What a difference between sets of rules is: a company's month that comes to another MRR than in the main set."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, field


class PolicyDifference(Schema):
    """One company and month whose MRR differs between the main set of rules and one that is computed beside it.

    There is no row where both come to the same. Where movements are told of the group, its money stands under its top.
    """

    policy_id: Text = field("The set of rules that is compared with the main one.", key=True)
    company_id: Text = field("The company.", key=True, references="company")
    month: Day = field("First day of the month.", key=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    main_mrr: Exact = field("Net MRR in the main set, 0 where it has none.", required=True)
    mrr: Exact = field("Net MRR in the compared set, 0 where it has none.", required=True)
    difference: Exact = field("`mrr` less `main_mrr`.", required=True)
