"""In: an outage or a node. Out: the tables behind the pages of outages. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from billing.ledger.sheets import Cell, Sheet
from dashboards.components.outage_pieces import state_word
from dashboards.pages.outages.affected import notice_word, protected_word
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import key_named
from dashboards.queries.outage_rows import NodeLook
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.units import Utility

_HEADS = ("outage", "state", "node", "version", "from", "to", "accounts", "reason")
_COUNTS = ("queued", "handed", "delivered", "failed")


def outages_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return every outage with the receipts of the version that was told last."""
    del selection
    told, zone = parts.queries.outages(viewer.scope).rows, parts.settings.zone
    rows: list[list[Cell]] = [
        [
            line.outage.hex[:8],
            state_word(viewer, line),
            f"{line.utility}/{line.node}",
            line.version,
            line.begins_at.astimezone(zone).isoformat(timespec="minutes"),
            line.ends_at.astimezone(zone).isoformat(timespec="minutes"),
            line.accounts,
            line.reason,
            *(None if line.receipts is None else getattr(line.receipts, n) for n in _COUNTS),
        ]
        for line in (*told.running, *told.ahead, *told.past)
    ]
    heads = [viewer.say(f"cli.outage_head.{name}") for name in (*_HEADS, *_COUNTS)]
    return Sheet(name="outages", heads=tuple(heads), rows=rows)


def affected_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return who goes dark in an outage as things stand; None where it is over or not shown."""
    outage = _id_of(subject)
    answer = None if outage is None else parts.queries.outage(viewer.scope, outage)
    if answer is None or answer.rows.look is None:
        return None
    return _affected(viewer, answer.rows.look, f"outage_{subject[:8]}")


def node_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return who goes dark now without a node.

    Args:
        parts: Queries.
        viewer: Who asks.
        subject: "electricity~bus-a".
    """
    utility, _, node = subject.partition("~")
    if utility not in set(Utility):
        return None
    answer = parts.queries.node_outages(viewer.scope, Utility(utility), key_named(node))
    if answer is None:
        return None
    return _affected(viewer, answer.rows.look, f"node_{utility}_{node}")


def _affected(viewer: Viewer, look: NodeLook, name: str) -> Sheet | None:
    if look.rows is None:
        return None
    heads = ("point", "load", "protected", "account", "who_pays", "told")
    return Sheet(
        name=name,
        heads=tuple(viewer.say(f"outage_page.{head}") for head in heads),
        rows=[
            [
                row.point,
                row.meter,
                protected_word(viewer, row.protected),
                row.account,
                row.party,
                ", ".join(row.called),
            ]
            for row in look.rows
        ],
    )


def receipts_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return who was told of the newest version, by which way, and how far each notice is."""
    outage = _id_of(subject)
    answer = None if outage is None else parts.queries.outage_standing(viewer.scope, outage)
    if answer is None or answer.rows.called is None:
        return None
    heads = ("contact", "way", "protected", "state")
    return Sheet(
        name=f"outage_receipts_{subject[:8]}",
        heads=tuple(viewer.say(f"outage_page.{head}") for head in heads),
        rows=[
            [
                row.name,
                viewer.say(f"outage_way.{row.way}"),
                viewer.say(f"cli.outage.{'yes' if row.protected else 'no'}"),
                notice_word(viewer, row.state),
            ]
            for row in answer.rows.called
        ],
    )


def _id_of(subject: str) -> UUID | None:
    try:
        return UUID(subject)
    except ValueError:
        return None


OUTAGE_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    "outages": outages_sheet
}
OUTAGE_TABLES_OF: dict[str, Callable[[Parts, Viewer, str], Sheet | None]] = {
    "outage_affected": affected_sheet,
    "outage_receipts": receipts_sheet,
    "node_affected": node_sheet,
}
