"""In: nothing. Out: the questions about work that gets finished, of all its rooms. Pure."""

from __future__ import annotations

from typing import Protocol

from dashboards.queries.assurance_port import AssuranceQueries
from dashboards.queries.case_port import CaseQueries
from dashboards.queries.duty_port import DutyQueries
from dashboards.queries.equipment_port import EquipmentQueries
from dashboards.queries.inspection_port import InspectionQueries
from dashboards.queries.patrol_port import PatrolQueries
from dashboards.queries.request_port import RequestQueries
from dashboards.queries.shift_report_port import ShiftReportQueries
from dashboards.queries.switching_port import SwitchingQueries
from dashboards.queries.work_port import WorkQueries


class ServiceQueries(
    WorkQueries,
    DutyQueries,
    SwitchingQueries,
    EquipmentQueries,
    ShiftReportQueries,
    RequestQueries,
    CaseQueries,
    InspectionQueries,
    PatrolQueries,
    AssuranceQueries,
    Protocol,
):
    """Questions of work, duty, switching, equipment, reports, requests, cases, rounds, events."""
