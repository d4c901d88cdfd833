"""Step 5a. From: news. To: the list of reports anew. I/O by ports."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash

from dashboards.pages.parts import Parts
from dashboards.pages.redrawing import redrawn
from dashboards.pages.shift_reports.layout import BOARD, board
from dashboards.pages.shift_reports.pieces import tab_path
from dashboards.pages.subjects import member_named
from dashboards.queries.shift_report_rows import ReportTab
from dashboards.viewer import Viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the list of reports to the app."""

    def draw(viewer: Viewer, tab: ReportTab) -> Any:
        answer = parts.queries.shift_reports(viewer.scope, tab)
        names = parts.queries.duty_names(viewer.scope)
        return board(viewer, answer, names, zone=parts.settings.zone, now=parts.clock.now())

    redrawn(app, BOARD, "tab", named=partial(member_named, ReportTab), path=tab_path, draw=draw)
