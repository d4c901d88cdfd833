"""In: the row of an alert. Out: what it is about and how it stands, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energy.base.text import catalogue, t
from scripts.commands.asked import runs
from scripts.commands.frame import Opened

if runs():
    from energy.alerting.flood import GROUPS

if TYPE_CHECKING:
    from dashboards.queries.rows import AlertRow


def what_of(at: Opened, row: AlertRow) -> str:
    """Return the rule that was crossed, or what was found."""
    if row.code in GROUPS:
        words = at.say(f"alert_group.{row.code.removeprefix('alerts.')}")
        return f"{row.rule}: {words}" if row.rule else words
    key = f"finding.{row.code}"
    return (t(at.language, key) if key in catalogue() else row.code) if row.code else row.rule


def state_of(at: Opened, row: AlertRow) -> str:
    """Return how an alert stands, as its page says it."""
    from dashboards.components.alert_list import alert_state  # dear to import for a list of ids
    from dashboards.theme import Theme
    from dashboards.viewer import Viewer

    viewer = Viewer(scope=at.scope, language=at.language, theme=Theme.LIGHT)
    return alert_state(viewer, row, at.site.zone)
