"""In: nothing. Out: the writes of the pages of work that gets finished, of all its rooms. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.assurance_commands import AssuranceCommands
from dashboards.case_commands import CaseCommands
from dashboards.inspection_commands import InspectionCommands
from dashboards.patrol_commands import PatrolCommands
from dashboards.request_commands import RequestCommands
from dashboards.switching_commands import SwitchingCommands


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCommands:
    """The writes of energy/service at one site."""

    switching: SwitchingCommands
    requests: RequestCommands
    cases: CaseCommands
    inspections: InspectionCommands
    patrol: PatrolCommands
    assurance: AssuranceCommands
