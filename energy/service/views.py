"""In: events of operations. Out: the tables that tell of them, each by its own fold. I/O.

Whoever adds a kind of thing to the service adds its row here; what no row takes is told by
alerting (rules, alerts, notices, outages, notes).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from energy.alerting.views import AlertView
from energy.service.assurance.book import AssuranceBook
from energy.service.assurance.event import AssuredEvent
from energy.service.assurance.views import fold_assurance
from energy.service.cases.case import SupplyCase
from energy.service.cases.plan import CasePlans
from energy.service.cases.views import fold_cases
from energy.service.contingency.activation import Activation
from energy.service.contingency.plan import ContingencyPlan
from energy.service.contingency.views import fold_contingency
from energy.service.duty.book import DutyBook
from energy.service.duty.entry import ShiftEntry
from energy.service.duty.handover import Handover
from energy.service.duty.leave import Leave
from energy.service.duty.roster import Roster
from energy.service.duty.swap import Swap
from energy.service.duty.views import fold_duty
from energy.service.equipment.piece import Equipment
from energy.service.equipment.plan import MaintenancePlan
from energy.service.equipment.views import fold_equipment, fold_plan
from energy.service.inspection.inspection import Inspection
from energy.service.inspection.rules import InspectionRules
from energy.service.inspection.suspicion import Suspicion
from energy.service.inspection.views import fold_inspection
from energy.service.numbering import TakenNumber
from energy.service.reports.book import ReportBook
from energy.service.reports.report import Report
from energy.service.reports.views import fold_reports
from energy.service.requests.article import Article
from energy.service.requests.request import TenantRequest
from energy.service.requests.views import fold_requests
from energy.service.rounds.plans import PatrolPlans
from energy.service.rounds.round import PatrolRound
from energy.service.rounds.views import fold_rounds
from energy.service.switching.node import SwitchingNode
from energy.service.switching.order import SwitchingOrder
from energy.service.switching.request import SwitchingRequest
from energy.service.switching.template import SwitchingTemplate
from energy.service.switching.views import fold_switching
from energy.service.telling.reminder import Reminder
from energy.service.work.checklist import ChecklistTemplate
from energy.service.work.incident import Incident
from energy.service.work.levels import ServiceLevels
from energy.service.work.order import WorkOrder
from energy.service.work.views import fold_work

Cursor = psycopg.Cursor[tuple[object, ...]]
Fold = Callable[[Cursor, str, int, Any], None]


class OperationsView:
    """Folds operations events into rows."""

    def __init__(self) -> None:
        """Prepare the folds."""
        self._alerting = AlertView()

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> None:
        """Apply one event inside the follower's transaction."""
        for kinds, fold in _FOLDS:
            if isinstance(event, kinds):
                fold(cursor, schema, position, event)
                return
        # What bears a number tells it; whom a reminder told, its notices.
        if not isinstance(event, (TakenNumber.Event, Reminder.Event)):
            self._alerting.fold(cursor, schema, position, event)


_FOLDS: tuple[tuple[tuple[type, ...], Fold], ...] = (
    (
        (ServiceLevels.Event, ChecklistTemplate.Event, Incident.Event, WorkOrder.Event),
        fold_work,
    ),
    (
        (
            *(DutyBook.Event, Roster.Event, Leave.Event, Swap.Event),
            *(ShiftEntry.Event, Handover.Event),
        ),
        fold_duty,
    ),
    ((Equipment.Event,), fold_equipment),
    ((MaintenancePlan.Event,), fold_plan),
    (
        (
            *(SwitchingTemplate.Event, SwitchingOrder.Event),
            *(SwitchingRequest.Event, SwitchingNode.Event),
        ),
        fold_switching,
    ),
    ((TenantRequest.Event, Article.Event), fold_requests),
    ((InspectionRules.Event, Suspicion.Event, Inspection.Event), fold_inspection),
    ((SupplyCase.Event, CasePlans.Event), fold_cases),
    ((ReportBook.Event, Report.Event), fold_reports),
    ((AssuredEvent.Event, AssuranceBook.Event), fold_assurance),
    ((PatrolPlans.Event, PatrolRound.Event), fold_rounds),
    ((ContingencyPlan.Event, Activation.Event), fold_contingency),
)
"""Which fold tells of the events of which things."""
