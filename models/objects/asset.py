"""What an asset is: a thing of the customer's that we look after: a site, machine, workspace."""

from __future__ import annotations

from models.schema import Object, Text, field


class Asset(Object):
    """One asset of one company; it has no begin and no end."""

    asset_id: Text = field("Id of the asset.", key=True)
    company_id: Text = field("The company.", references="company")
    parent_asset_id: Text = field("The asset it is part of.", references="asset")
    name: Text = field("Name.", required=True)
    asset_type: Text = field("Kind, in the source's words.")
