"""In: the row of an alert. Out: what it is about and how it stands, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.commands.asked import runs
from scripts.commands.frame import Opened

if runs():
    from energy.alerting import words

if TYPE_CHECKING:
    from dashboards.queries.rows import AlertRow


def what_of(at: Opened, row: AlertRow) -> str:
    """Return the rule that was crossed, or what was found."""
    return words.what_of(at.language, row.rule, row.code)


def state_of(at: Opened, row: AlertRow) -> str:
    """Return how an alert stands, as its page says it."""
    from dashboards.components.alert_list import alert_state  # dear to import for a list of ids
    from dashboards.theme import Theme
    from dashboards.viewer import Viewer

    viewer = Viewer(scope=at.scope, language=at.language, theme=Theme.LIGHT)
    return alert_state(viewer, row, at.site.zone)
