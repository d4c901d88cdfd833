"""In: a pressed button of an alert. Out: the acknowledgement, or why not. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dashboards.pages.parts import Parts
from dashboards.told import refusal_text
from dashboards.viewer import current_viewer
from energy.base.errors import EnergyError


def acknowledge(parts: Parts, alert: UUID) -> str | None:
    """Acknowledge an alert; return the refusal as a text, None when it was done."""
    try:
        parts.commands.alerts.acknowledge(current_viewer().scope, alert)
    except EnergyError as error:
        return refusal_text(current_viewer().language, error)
    parts.queries.await_acknowledgement(current_viewer().scope, alert)
    return None
