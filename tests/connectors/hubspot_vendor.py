"""A HubSpot to read: it lists, searches, links and pages the way HubSpot does. What is read of it is in the test."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from connectors.hubspot.activities import ACTIVITIES
from connectors.hubspot.asking import milliseconds
from connectors.hubspot.records import RECORDS
from pipelines.home import ROOT
from tests.connectors.api_server import Answer, Ask, Record

SAMPLE = ROOT / "connectors" / "hubspot" / "sample"
KEY = "hs-secret-token"
PAGE, LINKS_ON_A_PAGE, SEARCHED_AT_MOST = 10, 2, 40
KINDS = tuple(one.name for one in (*RECORDS, *ACTIVITIES))
DEFINED = {column for one in (*RECORDS, *ACTIVITIES) for column in one.columns}
"""HubSpot's own properties; all others are the portal's."""


class HubSpot:
    """The vendor: pages of ten, two links of a kind with a record, searches that end after forty results."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records
        self.histories = {"deals": records.pop("deal_stage_history"), "tickets": records.pop("ticket_history")}
        self.names = {kind: sorted({name for one in records[kind] for name in one["properties"]}) for kind in KINDS}

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if ask.headers.get("Authorization") != f"Bearer {KEY}":
            return Answer({"status": "error", "category": "INVALID_AUTHENTICATION"}, 401)
        match ask.path.removeprefix("/crm/v3/").split("/"):
            case ["properties", kind] if kind in KINDS:
                names = [{"name": name, "hubspotDefined": name in DEFINED} for name in self.names[kind]]
                return Answer({"results": names})
            case ["objects", kind] if kind in KINDS:
                return self._list(kind, ask)
            case ["objects", kind, "search"]:
                return self._search(kind, ask.body)
            case ["objects", kind, "batch", "read"]:
                return self._read(kind, ask)
            case ["objects", kind, record, "associations", to]:
                return self._links_of(kind, record, to, ask)
            case ["associations", kind, to, "batch", "read"]:
                return self._links(kind, to, [one["id"] for one in ask.body["inputs"]])
            case ["pipelines", kind]:
                return Answer({"results": self.records[f"{kind[:-1]}_pipelines"]})
            case ["owners"]:
                found = [one for one in self.records["owners"] if str(one["archived"]).lower() == ask.query["archived"]]
                return self._page(found, ask, 2, lambda owner: owner)
        if ask.path == "/communication-preferences/v3/definitions":
            return Answer({"subscriptionDefinitions": self.records["subscription_types"]})
        message = f"Unable to infer object type from: {ask.path}"
        return Answer({"status": "error", "message": message, "category": "VALIDATION_ERROR"}, 400)

    def _page(self, found: list[Record], ask: Ask, size: int, shown: Any) -> Answer:
        start = next((n for n, one in enumerate(found) if one["id"] == ask.query.get("after")), 0)
        body: Record = {"results": [shown(one) for one in found[start : start + size]]}
        if len(found) > start + size:
            after = found[start + size]["id"]
            body["paging"] = {"next": {"after": after, "link": f"https://api.hubapi.com{ask.path}?after={after}"}}
        return Answer(body)

    def _shown(self, kind: str, record: Record, names: list[str], history: list[str]) -> Record:
        """A record with the properties that were asked for and HubSpot's default ones, without links."""
        names = [*(name for name in names if name in self.names[kind]), "hs_object_id"]
        shown = {key: value for key, value in record.items() if key not in ("properties", "associations")}
        shown["properties"] = {name: record["properties"].get(name) for name in names}
        if history:
            found = next((one for one in self.histories[kind] if one["id"] == record["id"]), {})
            told = found.get("propertiesWithHistory", {})
            shown["propertiesWithHistory"] = {name: told.get(name, []) for name in history}
        return shown

    def _list(self, kind: str, ask: Ask) -> Answer:
        found = sorted(self.records[kind], key=lambda one: int(one["id"]))
        found = [one for one in found if str(one["archived"]).lower() == ask.query["archived"]]
        names, history = ask.query.get("properties", ""), ask.query.get("propertiesWithHistory", "")
        assert int(ask.query["limit"]) <= (50 if history else 100)

        def shown(record: Record) -> Record:
            one = self._shown(kind, record, names.split(","), [name for name in history.split(",") if name])
            links = {
                to: _first_links(record["associations"][to]["results"])
                for to in ask.query.get("associations", "").split(",")
                if to in record.get("associations", {})
            }
            return {**one, "associations": links} if links else one

        return self._page(found, ask, PAGE, shown)

    def _search(self, kind: str, body: Record) -> Answer:
        """Found are live records, a minute after their change; HubSpot's index holds no links."""
        if len(json.dumps(body)) > 3000 or int(body.get("after", 0)) >= SEARCHED_AT_MOST:
            return Answer({"status": "error", "category": "VALIDATION_ERROR"}, 400)
        ((changed, above),) = [group["filters"] for group in body["filterGroups"]]
        name = "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"
        assert (changed["propertyName"], above["propertyName"]) == (name, "hs_object_id")
        assert body["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        found = [
            one
            for one in sorted(self.records[kind], key=lambda one: int(one["id"]))
            if not one["archived"]
            and milliseconds(one["updatedAt"]) >= int(changed["value"])
            and int(one["id"]) > int(above["value"])
        ]
        answer: Record = {
            "total": len(found),
            "results": [self._shown(kind, one, body["properties"], []) for one in found[:PAGE]],
        }
        if len(found) > PAGE:
            answer["paging"] = {"next": {"after": str(PAGE)}}
        return Answer(answer)

    def _read(self, kind: str, ask: Ask) -> Answer:
        wanted = {one["id"] for one in ask.body["inputs"]}
        assert len(wanted) <= 100
        found = [
            one
            for one in reversed(self.records[kind])  # in no order that anyone was promised
            if one["id"] in wanted and str(one["archived"]).lower() == ask.query["archived"]
        ]
        history = ask.body.get("propertiesWithHistory", [])
        return Answer(
            {
                "status": "COMPLETE",
                "results": [self._shown(kind, one, ask.body["properties"], history) for one in found],
            }
        )

    def _links(self, kind: str, to: str, ids: list[str]) -> Answer:
        held = {one["id"]: one.get("associations", {}).get(to, {}).get("results", []) for one in self.records[kind]}
        results: list[Record] = []
        errors: list[Record] = []
        for one in ids:
            if held.get(one):
                links = _first_links(held[one])
                more = {"paging": links["paging"]} if "paging" in links else {}
                results.append({"from": {"id": one}, "to": links["results"], **more})
            else:
                errors.append({"status": "error", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"})
        return Answer({"status": "COMPLETE", "results": results, "errors": errors}, 207 if errors else 200)

    def _links_of(self, kind: str, record: str, to: str, ask: Ask) -> Answer:
        links = next(one for one in self.records[kind] if one["id"] == record)["associations"][to]["results"]
        start = int(ask.query["after"])
        body: Record = {"results": links[start : start + LINKS_ON_A_PAGE]}
        if len(links) > start + LINKS_ON_A_PAGE:
            body["paging"] = {"next": {"after": str(start + LINKS_ON_A_PAGE)}}
        return Answer(body)


def _first_links(links: list[Record]) -> Record:
    found: Record = {"results": links[:LINKS_ON_A_PAGE]}
    if len(links) > LINKS_ON_A_PAGE:
        found["paging"] = {"next": {"after": str(LINKS_ON_A_PAGE)}}
    return found


def sample() -> dict[str, list[Record]]:
    """The connector's sample as the records that HubSpot's API holds, and more contacts so that there are pages."""
    records: dict[str, list[Record]] = {}
    for path in sorted(SAMPLE.glob("[!a]*.json")) + sorted(SAMPLE.glob("appointment*.json")):
        body = json.loads(path.read_text())
        records[path.stem.partition("-")[0]] = body.get("results") or body["subscriptionDefinitions"]
    for kind in KINDS:
        records[kind] = [deepcopy(one) for one in records[kind]]
        names = sorted({name for one in records[kind] for name in one["properties"]})
        for one in records[kind]:
            one["properties"] = dict.fromkeys(names) | one["properties"]
    model = next(one for one in records["contacts"] if one["id"] == "9100000212")
    for number in range(100):
        copy, moment = deepcopy(model), f"2026-05-{1 + number // 5:02}T{number % 5:02}:00:00Z"
        copy |= {"id": str(9100001000 + number), "updatedAt": moment}
        copy["properties"] |= {"email": f"{number}@tidewaterlabs.example", "lastmodifieddate": moment}
        records["contacts"].append(copy)
    asked = next(one for one in records["meetings"] if one["id"] == "9700000812")["associations"]["contacts"]["results"]
    asked += [{"id": str(9100001000 + number), "type": "meeting_event_to_contact"} for number in range(5)]
    return records
