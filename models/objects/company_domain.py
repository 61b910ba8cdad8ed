"""What a company's domain is: an internet domain that a source says belongs to a company."""

from __future__ import annotations

from models.schema import Flag, Object, Text, field


class CompanyDomain(Object):
    """One domain of one company."""

    company_domain_id: Text = field("Id of the row.", key=True)
    company_id: Text = field("The company.", required=True, references="company")
    domain: Text = field(
        "Registrable domain in lower case, without www.", required=True, matches=r"^[^\s@/:]+\.[^\s@/:]+$"
    )
    is_primary: Flag = field("True for the main domain.")
