"""In: nothing. Out: the questions of the screens; every one takes the scope first. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from billing.documents.contents import Receipt
from billing.enquiries.enquiry import About, Subject
from dashboards.queries.admin_rows import AdminPage, EventPage
from dashboards.queries.alert_rows import AlertBoard, AlertStory, AlertTab
from dashboards.queries.bill_rows import Bill, InvoiceRow, Proof, RunRow
from dashboards.queries.correction_rows import BillCredits, CorrectionList, CorrectionPage
from dashboards.queries.exception_rows import ExceptionPage
from dashboards.queries.flow_rows import FlowPage
from dashboards.queries.known_rows import KnownBill, KnownSteps
from dashboards.queries.life_rows import MeterLife
from dashboards.queries.line_rows import LineDay
from dashboards.queries.load_rows import LoadRange
from dashboards.queries.money_rows import MoneyPage
from dashboards.queries.notice_rows import NoticeQueries
from dashboards.queries.outage_port import OutageQueries
from dashboards.queries.phone_port import PhoneQueries
from dashboards.queries.plan_rows import PlannedNode, PlanPage
from dashboards.queries.plant_ports import PlantQueries
from dashboards.queries.portal_rows import AskedRow, OwnBillPage, OwnPage, OwnUsage
from dashboards.queries.quality_rows import QualityPage
from dashboards.queries.report_rows import ReportPage
from dashboards.queries.review_rows import CasePage, ReviewQueue
from dashboards.queries.rows import (
    AlertRow,
    Answer,
    EnergyFlow,
    Health,
    LoadProfile,
    MeterPage,
    MeterRow,
    PlaceRow,
    UsageCalendar,
    UtilityTile,
)
from dashboards.queries.rule_rows import RuleQueries
from dashboards.queries.run_rows import RunReview
from dashboards.queries.service_port import ServiceQueries
from dashboards.queries.site_flow_rows import SiteFlow
from dashboards.queries.sound_rows import SoundQueries
from dashboards.queries.tariff_rows import TariffPage, TariffRow, Trial
from dashboards.queries.tenant_port import TenantQueries
from dashboards.queries.till_ports import TakeOverQueries, TillQueries
from dashboards.security.scope import Scope
from dashboards.selection import Selection
from energy.base.units import Utility
from energy.metering.plans.plan import PlanNode


class EnergyQueries(Protocol):
    """Questions about usage and meters."""

    def tiles(self, scope: Scope) -> Answer[tuple[UtilityTile, ...]]:
        """Return the utilities of the site, today beside yesterday."""
        ...

    def load_profile(self, scope: Scope, utility: Utility) -> Answer[LoadProfile]:
        """Return today's curve of a utility."""
        ...

    def usage_calendar(self, scope: Scope, utility: Utility) -> Answer[UsageCalendar]:
        """Return what the site used on each day of the last twelve months, by whole weeks."""
        ...

    def energy_flow(self, scope: Scope, utility: Utility, day: date) -> Answer[EnergyFlow]:
        """Return the supply graph of a utility with the amounts of a local day."""
        ...

    def meters(self, scope: Scope) -> Answer[tuple[MeterRow, ...]]:
        """Return every metering point with its newest reading."""
        ...

    def meter(self, scope: Scope, point: str) -> Answer[MeterPage] | None:
        """Return the page of a metering point, None when there is no such point."""
        ...

    def meter_life(
        self, scope: Scope, point: str, selection: Selection
    ) -> Answer[MeterLife] | None:
        """Return a point's life and the selected days of it; None without such a point."""
        ...

    def token(self, scope: Scope) -> str:
        """Return a text that changes when any view of the site changed."""
        ...

    def health(self) -> Health:
        """Return whether the site can be served: no scope, no names."""
        ...


class AlertQueries(Protocol):
    """Questions about alerts."""

    def open_alerts(self, scope: Scope) -> Answer[tuple[AlertRow, ...]]:
        """Return alerts that stand, wake and are told on themselves, the newest first."""
        ...

    def await_acknowledgement(self, scope: Scope, alert: UUID) -> None:
        """Wait until the view shows an alert as acknowledged, 2 s at most."""
        ...

    def alert_board(self, scope: Scope, tab: AlertTab, selection: Selection) -> Answer[AlertBoard]:
        """Return the alerts of a tab, and how many were raised in the selected time."""
        ...

    def alert(self, scope: Scope, alert: UUID) -> Answer[AlertStory] | None:
        """Return one alert with its journal and the value around it; None: there is none."""
        ...


class PlaceQueries(Protocol):
    """Questions about places."""

    def places(self, scope: Scope) -> tuple[PlaceRow, ...]:
        """Return every place, parents before their children, brothers by name."""
        ...

    def utilities(self, scope: Scope) -> tuple[Utility, ...]:
        """Return the utilities that the site measures."""
        ...


class LoadQueries(Protocol):
    """Questions about load over time."""

    def load_range(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[LoadRange] | None:
        """Return the load of the selected place and days; None when there is no such place."""
        ...


class QualityQueries(Protocol):
    """Questions about how complete the data are."""

    def quality(self, scope: Scope, selection: Selection) -> Answer[QualityPage] | None:
        """Return how the meters of the selected place are known; None without such a place."""


class ReportQueries(Protocol):
    """Questions about reports."""

    def report(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[ReportPage] | None:
        """Return the report of the selected place and days; None when there is no such place.

        What bills say is left out for who may not read them.
        """
        ...


class FlowQueries(Protocol):
    """Questions about the energy flow."""

    def flow_page(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[FlowPage] | None:
        """Return flow and balance of the selected days; None without such a place or node."""
        ...

    def site_flow(self, scope: Scope, selection: Selection) -> Answer[SiteFlow] | None:
        """Return the flow of all utilities over the selected days; None without such a place."""
        ...


class TariffQueries(Protocol):
    """Questions about tariffs."""

    def tariffs(self, scope: Scope) -> Answer[tuple[TariffRow, ...]]:
        """Return every published version, by tariff, the newest first."""
        ...

    def tariff(
        self, scope: Scope, tariff: str, valid_from: date, version: int
    ) -> Answer[TariffPage] | None:
        """Return the page of a version; None where there is none, or it cannot be read."""
        ...

    def tariff_trial(
        self, scope: Scope, tariff: str, valid_from: date, version: int, account: str
    ) -> Answer[Trial] | None:
        """Return an account's bills of the last year under a version, None without such."""
        ...


class BillQueries(Protocol):
    """Questions about bill runs, invoices and their proofs."""

    def bill_runs(self, scope: Scope) -> Answer[tuple[RunRow, ...]]:
        """Return the bill runs, the newest first."""
        ...

    def await_run(self, scope: Scope, run: UUID, state: str) -> None:
        """Wait until the view shows a run in a state, 2 s at most."""
        ...

    def invoices(self, scope: Scope, run: UUID) -> Answer[tuple[InvoiceRow, ...]]:
        """Return the invoices of a run by account."""
        ...

    def bill(self, scope: Scope, invoice: UUID) -> Answer[Bill] | None:
        """Return one bill, None when there is no such invoice."""
        ...

    def proof(self, scope: Scope, invoice: UUID, number: int) -> Answer[Proof] | None:
        """Return what a charge line rests on, None when there is no such charge line."""
        ...

    def line_day(
        self, scope: Scope, invoice: UUID, number: int, day: date
    ) -> Answer[LineDay] | None:
        """Return a day of a charge line; None unless the line charges that day by a register."""
        ...


class RunQueries(Protocol):
    """Questions about what is decided of bill runs."""

    def run_review(self, scope: Scope, run: UUID) -> Answer[RunReview] | None:
        """Return a run with its exceptions and figures, None when there is no such run."""
        ...

    def run_exception(self, scope: Scope, run: UUID, key: str) -> Answer[ExceptionPage] | None:
        """Return one exception of a run; None where the run has none of the key."""
        ...


class KnownQueries(Protocol):
    """Questions about issued bills as known on other days."""

    def known_steps(self, scope: Scope, invoice: UUID) -> KnownSteps | None:
        """Return the states of knowledge of a bill; None unless it is an issued invoice."""
        ...

    def bill_as_known(
        self, scope: Scope, invoice: UUID, metering: int, books: int
    ) -> Answer[KnownBill] | None:
        """Return an issued bill as known at two positions; None without such a bill."""
        ...


class PlanQueries(Protocol):
    """Questions about plans and notes."""

    def plans(self, scope: Scope, year: int) -> Answer[tuple[PlannedNode, ...]]:
        """Return the nodes that are planned for a year, by name."""
        ...

    def plan(self, scope: Scope, node: PlanNode, year: int) -> Answer[PlanPage] | None:
        """Return the page of a node's plan, None when there is no such node."""
        ...

    def site_place(self, scope: Scope) -> str:
        """Return the key of the place that holds all others; "" where none does."""
        ...

    def await_note(self, scope: Scope, note: UUID) -> None:
        """Wait until the view shows a note, 2 s at most."""
        ...

    def await_change(self, scope: Scope, position: int) -> None:
        """Wait until the views show what was written to `operations` up to a position, 2 s."""
        ...


class ReviewQueries(Protocol):
    """Questions about what is in doubt."""

    def review(self, scope: Scope) -> Answer[ReviewQueue]:
        """Return the cases that wait, the most money first; money for readers of bills alone."""
        ...

    def review_case(self, scope: Scope, name: str) -> Answer[CasePage] | None:
        """Return the page of a case, None when no case's id begins so."""
        ...


class AdminQueries(Protocol):
    """Questions of the administration."""

    def admin(self, scope: Scope) -> AdminPage:
        """Return accounts, devices, journals and the machine's state."""
        ...

    def acts(
        self, scope: Scope, *, kind: str, person: UUID | None, before: datetime | None
    ) -> EventPage:
        """Return what people did and what was done to them, the newest first."""
        ...


class PortalQueries(Protocol):
    """Questions of tenants about what is theirs."""

    def own_page(self, scope: Scope) -> Answer[OwnPage]:
        """Return the accounts, meters, bills and papers of the person's tenants."""
        ...

    def own_usage(self, scope: Scope, point: str, first: date, last: date) -> OwnUsage | None:
        """Return the usage of one's own point by days and months; None when it is not one's own."""
        ...

    def own_bill(self, scope: Scope, invoice: UUID) -> OwnBillPage | None:
        """Return one of one's own bills; None when it is not one's own."""
        ...

    def own_receipt(self, scope: Scope, receipt: str) -> Receipt | None:
        """Return what one of one's own receipts says; None when it is not one's own."""
        ...

    def own_letter(self, scope: Scope, account: str, on: date, level: int) -> dict[str, Any] | None:
        """Return what one of one's own dunning letters said; None when it is not one's own."""
        ...

    def own_enquiries(self, scope: Scope) -> tuple[AskedRow, ...]:
        """Return the enquiries of the person's tenants."""
        ...

    def own_subject(self, scope: Scope, subject: Subject, key: str) -> About | None:
        """Return what an enquiry would be about; None when it is not one's own.

        Raises:
            EnquiryError: It is of an account that is not one's own today.
        """
        ...

    def enquiries(self, scope: Scope) -> tuple[AskedRow, ...]:
        """Return the enquiries of the site: those that wait first."""
        ...


class MoneyQueries(Protocol):
    """Questions about payments and receivables."""

    def money(self, scope: Scope) -> Answer[MoneyPage]:
        """Return what is owed and paid, what waits for a person."""
        ...

    def await_books(self, scope: Scope) -> None:
        """Wait until the views show what the books hold now, 2 s at most."""
        ...


class CorrectionQueries(Protocol):
    """Questions about corrections of issued bills."""

    def corrections(self, scope: Scope) -> Answer[CorrectionList]:
        """Return the corrections, those that wait first, then by money."""
        ...

    def correction(self, scope: Scope, name: str) -> Answer[CorrectionPage] | None:
        """Return one correction, None when none is called so."""
        ...

    def bill_credits(self, scope: Scope, invoice: UUID) -> BillCredits | None:
        """Return what corrects an issued document; None of a draft and of what is unknown."""
        ...


class Queries(
    EnergyQueries,
    AlertQueries,
    OutageQueries,
    ServiceQueries,
    NoticeQueries,
    SoundQueries,
    RuleQueries,
    PlaceQueries,
    LoadQueries,
    QualityQueries,
    ReportQueries,
    FlowQueries,
    PlantQueries,
    TariffQueries,
    BillQueries,
    RunQueries,
    KnownQueries,
    PlanQueries,
    ReviewQueries,
    AdminQueries,
    PortalQueries,
    MoneyQueries,
    CorrectionQueries,
    TenantQueries,
    TillQueries,
    PhoneQueries,
    TakeOverQueries,
    Protocol,
):
    """All questions of the screens."""
