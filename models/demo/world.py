"""The whole demo world: `make_world` puts the parts together; what a part contains stands in its own module.

The world is the fictional vendor Lumenly (lumenly.example), the companies it sells software subscriptions to, and
the truth about them. It is a dict of polars frames; names and columns stand in `frames.COLUMNS`. Worth knowing:

- All instants are naive UTC in whole seconds and earlier than `as_of`; only ends known in advance (`cancel_at`,
  `trial_ends_at`, `due_at`, `expected_close_on`, a discount's or appointment's `ends_at`, a period's end) lie later,
  and one kind of subscription ends in the instant `as_of` itself.
- `subscription_versions.valid_to` is null while the item runs, also where the end is known (`cancel_at`).
- A one-time price has no `billing_interval`; a metered item is one of a product of category usage.
- `subscriptions.replaced_by_sub_no`: the old one ends in the instant in which the new one starts.
- Won deals are named by a subscription, or the company is in no billing system (`in_billing` is false); see `sales`.
- `companies.in_*` and `contacts.in_*` say which systems know the record; the CRM's deals and people are those of
  companies it knows. `crm` and `billing` say which of two: the bought unit's companies (see `systems`) are in the one
  CRM and the one billing, all others in the others. A ticket without company is one of a requester whose company the
  help desk does not know.
- `contacts.email` is unique, now and then in capitals; shared mailboxes have no names.
- Mails: a bounce is from the contact whose address failed; a newsletter is automatic and from a team member, an
  automatic reply is automatic and from a contact. Bodies hold no quoted text of earlier mails.
- The first comment of a ticket is its description; the first status event has no old value; changes of assignee hold
  the member numbers as text; changes that no team member made (by the requester or by itself) have no member.
- An appointment series keeps its local time; `appointments` has one row per occurrence that begins before `as_of`, also
  those called off. A moved one has its new time in `starts_at` and its planned one in `original_starts_at`. A series
  of a customer that stays has no end. `system` says where an appointment, note or task is kept: each in one place.
- Signals: anonymous ones have no contact; `visitors` says who it turned out to be, and when. `company_no` is now and
  then left out. Milestones of the product have no address.
- Every customer that goes down has one cause (`causes`), whose own sign sinks first and fully; other signs share a
  quarter of the fall, later. `truth_decline` says which, from when, and whether the customer was lost or came back.
  A champion who left (`contacts.left_at`) is deactivated, attends nothing more, and mail to him or her comes back.
  Mail that comes back from somebody who is there is sent again and answered.
- Product users are contacts. Licences in use go with use; the success managers' tool has them
  (`metric_readings`), else the product (`seat_readings`).
- Services follow a won deal or, without one, help unhappy customers; a company has them where the CRM hubspot or
  planhat knows it. Contracts are the bought unit's; unsigned ones have no `signed_on`; `ends_on` is the day after.
- Tasks open at the end may be due later than `as_of`; so may deliverables, milestones, services and payments.
- `survey_responses` are of people who also answered NPS; the scale stands beside each answer.
- `communication_preferences` are of people in a CRM, one row per channel; a wish that nobody stated has no instant.
- `truth_appointment` leaves out what was called off; `truth_usage` counts by UTC month; `truth_task` as at `as_of`,
  with the day before it as today; `truth_issue` counts companies; `truth_survey` all answers, not each one's latest.
- Some bills are wrong on purpose (see `leaks`). `truth_reconciliation` says why what was agreed, billed and collected
  differ in the last twelve months, `truth_leak` what of it is lost or billed too much, `is_planted` or by itself.
- `truth_identity` names records by system and number or address; see there.
"""

from __future__ import annotations

from datetime import datetime

from models.demo.appointments import Diary
from models.demo.billing import plan_bills, service_bills
from models.demo.catalogue import Catalogue, price_rows, product_rows
from models.demo.causes import afflict, decline_rows, stand_in
from models.demo.chats import Messenger
from models.demo.clock import Clock
from models.demo.companies import Company, company_rows, make_companies
from models.demo.company_spelling import company_places, company_spellings, mislead
from models.demo.contact_spelling import contact_spellings
from models.demo.contracts import contract_rows
from models.demo.delivery import Delivery
from models.demo.fates import make_plans
from models.demo.frames import COLUMNS, Row, World, table
from models.demo.issues import IssueTracker
from models.demo.leaks import Saboteur
from models.demo.lookalikes import distinct_rows, job_change_rows, mix_up
from models.demo.mail import Mailbox
from models.demo.notes import desks, note_rows, task_rows
from models.demo.payments import Books
from models.demo.people import Contact, contact_rows, make_contacts, team_rows
from models.demo.pipeline import deal_row, stakeholders, walk
from models.demo.plan import Agreements, Plan
from models.demo.readings import Gauge
from models.demo.sales import SalesBook
from models.demo.satisfaction import preference_rows, survey_rows
from models.demo.signals import Tracker
from models.demo.story import make_stories
from models.demo.support import Desk
from models.demo.survey import response_rows
from models.demo.systems import assign_systems, introduce
from models.demo.truth import truth_mrr, truth_nps
from models.demo.truth_identity import truth_identity
from models.demo.truth_money import Ledger
from models.demo.truth_tickets import truth_ticket_times
from models.demo.truth_work import truth_appointment, truth_issue, truth_survey, truth_task, truth_usage
from models.demo.usage import Product

AS_OF = datetime(2026, 7, 1)


def make_world(seed: int = 7, companies: int = 300, months: int = 36, as_of: datetime = AS_OF) -> World:
    """The frames of `companies` companies over `months` months up to `as_of`, the same for the same arguments.

    `as_of` is a naive UTC instant. ValueError when there is no company or no month, or `as_of` has a zone.
    """
    if companies < 1 or months < 1 or as_of.tzinfo is not None:
        raise ValueError("a world needs at least one company and one month, and a naive UTC instant as_of")
    clock, catalogue, team = Clock(seed, months, as_of), Catalogue(), team_rows()
    firms = make_companies(clock, make_stories(clock, companies), team)
    assign_systems(clock, firms)
    mislead(clock, firms)
    plans = make_plans(clock, firms)
    sales = SalesBook(clock, catalogue)
    sales.sell(firms, plans)
    people = make_contacts(clock, firms)
    afflict(clock, firms, plans, people)
    mix_up(clock, people)
    introduce(clock, people)
    stand_in(clock, people)
    rows: dict[str, list[Row]] = {"team_members": team, "products": product_rows()}
    rows["prices"] = price_rows(catalogue.prices)
    rows["companies"], rows["contacts"] = company_rows(clock, firms), contact_rows(clock, people)
    rows |= _deals(clock, sales, people) | _money(clock, catalogue, firms, plans, sales)
    rows |= _talk(clock, firms, people, team)
    rows |= _work(clock, firms, people, team, sales) | _product(clock, catalogue, firms, people, plans)
    rows["survey_responses"] = survey_rows(clock, people, rows["nps_responses"])
    rows["communication_preferences"] = preference_rows(clock, people, rows["mails"])
    rows |= {"truth_distinct": distinct_rows(firms, people), "truth_job_change": job_change_rows(people)}
    rows["truth_decline"] = decline_rows(clock, firms)
    world = {name: table(name, content) for name, content in rows.items()}
    places = company_places(clock, firms)
    world |= company_spellings(clock, firms, world, places) | contact_spellings(clock, people, world, places)
    return _with_truth(world, as_of)


def _deals(clock: Clock, sales: SalesBook, people: list[Contact]) -> dict[str, list[Row]]:
    own: dict[int, list[Contact]] = {}
    for person in people:
        own.setdefault(person.company.no, []).append(person)
    rows: dict[str, list[Row]] = {"deals": [], "deal_stages": [], "deal_contacts": []}
    for deal in sales.deals:
        stages = walk(clock, deal)
        rows["deal_stages"] += stages
        rows["deals"].append(deal_row(clock, deal, stages))
        rows["deal_contacts"] += stakeholders(clock.rng("stakeholders", deal.no), deal, own[deal.company.no])
    return rows


def _money(
    clock: Clock, catalogue: Catalogue, firms: list[Company], plans: list[Plan], sales: SalesBook
) -> dict[str, list[Row]]:
    agreements, books = Agreements(catalogue, clock.as_of), Books(clock)
    agreements.carry_out(plans)
    by_no = {firm.no: firm for firm in firms}
    honest = [bill for plan in plans for bill in plan_bills(clock, by_no[plan.company_no], plan)]
    bills, calls = Saboteur(clock, catalogue).plant(honest)
    books.settle([*bills, *service_bills(clock, firms, sales.deals, catalogue)])
    contracts, payments = contract_rows(clock, sales.deals, plans)
    ledger = Ledger(clock.as_of)
    ledger.call(calls)
    ledger.agree(sales.deals, contracts, payments)
    ledger.bill(books.rows, calls)
    return {
        "contracts": contracts,
        "contract_payments": payments,
        "truth_reconciliation": ledger.months(),
        "truth_leak": ledger.leaks(),
        "subscriptions": agreements.subscriptions,
        "subscription_versions": agreements.versions,
        "subscription_discounts": agreements.discounts,
        **books.rows,
    }


def _talk(clock: Clock, firms: list[Company], people: list[Contact], team: list[Row]) -> dict[str, list[Row]]:
    desk, mailbox, messenger = Desk(clock, team), Mailbox(clock, team), Messenger(clock, team)
    desk.serve(firms, people)
    mailbox.write(firms, people)
    messenger.talk(firms, people)
    return {
        "tickets": desk.tickets,
        "ticket_comments": desk.comments,
        "ticket_events": desk.events,
        "threads": mailbox.threads,
        "mails": mailbox.mails,
        "mail_recipients": mailbox.recipients,
        "nps_responses": response_rows(clock, people),
        "chats": messenger.chats,
        "chat_parts": messenger.parts,
    }


def _work(
    clock: Clock, firms: list[Company], people: list[Contact], team: list[Row], sales: SalesBook
) -> dict[str, list[Row]]:
    delivery, diary, tracker = Delivery(clock), Diary(clock), IssueTracker(clock, team)
    delivery.deliver(firms, sales.deals)
    diary.plan(firms, people, sales.deals, delivery.services)
    tracker.track(firms)
    places = desks(clock, firms, people)
    return {
        "appointment_series": diary.series,
        "appointments": diary.appointments,
        "appointment_attendees": diary.attendees,
        "notes": note_rows(clock, places),
        "tasks": task_rows(clock, places),
        "issues": tracker.issues,
        "issue_companies": tracker.companies,
        "issue_events": tracker.events,
        "services": delivery.services,
        "deliverables": delivery.deliverables,
        "milestones": delivery.milestones,
    }


def _product(
    clock: Clock, catalogue: Catalogue, firms: list[Company], people: list[Contact], plans: list[Plan]
) -> dict[str, list[Row]]:
    product, tracker, gauge = Product(clock, plans), Tracker(clock), Gauge(clock, catalogue, plans)
    product.use(people)
    tracker.watch(firms, people)
    gauge.read(firms)
    return {
        "product_users": product.users,
        "usage_events": product.events,
        "visitors": tracker.visitors,
        "signals": tracker.signals,
        "assets": gauge.assets,
        "projects": gauge.projects,
        "metric_readings": gauge.readings,
        "seat_readings": gauge.seats,
    }


def _with_truth(world: World, as_of: datetime) -> World:
    world["truth_mrr"] = truth_mrr(world, as_of)
    world["truth_identity"] = truth_identity(world)
    world["truth_nps"] = truth_nps(world)
    world["truth_ticket_times"] = truth_ticket_times(world)
    world["truth_appointment"] = truth_appointment(world)
    world["truth_usage"] = truth_usage(world)
    world["truth_task"] = truth_task(world, as_of)
    world["truth_issue"] = truth_issue(world)
    world["truth_survey"] = truth_survey(world)
    return {name: world[name] for name in COLUMNS}
