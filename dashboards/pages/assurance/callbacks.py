"""Step 5a. From: news. To: the steps of an activation anew, with their clocks. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import Dash

from dashboards.pages.assurance.acts import EMERGENCIES
from dashboards.pages.assurance.emergencies import STEPS, steps_part
from dashboards.pages.parts import Parts
from dashboards.pages.redrawing import redrawn
from dashboards.pages.subjects import key_named
from dashboards.viewer import Viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the pages of contingency plans to the app."""

    def draw(viewer: Viewer, number: str) -> Any:
        answer = parts.queries.activation(viewer.scope, number)
        return answer and steps_part(viewer, answer.rows, parts.settings.zone)

    redrawn(
        app,
        STEPS,
        "order",
        named=key_named,
        path=lambda number: f"{EMERGENCIES}/{number}",
        draw=draw,
    )
