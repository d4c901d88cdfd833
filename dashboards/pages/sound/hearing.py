"""In: a viewer and the queries. Out: what is heard at the site now. I/O by the port."""

from __future__ import annotations

from dashboards.components.sound import Hearing
from dashboards.pages.parts import Parts
from dashboards.viewer import Viewer
from energy.alerting.sounding.shift import even_begins, shift_at


def hearing_of(parts: Parts, viewer: Viewer) -> Hearing:
    """Return what is heard, silent and tested, in the shift that lasts."""
    rules, now, zone = parts.rules(), parts.clock.now(), parts.settings.zone
    board = parts.queries.sound(viewer.scope).rows
    begins = board.begins or even_begins(rules.shift_h, rules.shift_at_h)
    return Hearing(
        board=board,
        shift=shift_at(now, zone, begins),
        zone=zone,
        now=now,
    )
