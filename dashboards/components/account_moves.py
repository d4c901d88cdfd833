"""In: money of an account. Out: its payments and the moves of its prepaid balance. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.components.long_table import long_table
from dashboards.components.pieces import Children, badge, empty, panel
from dashboards.formats import NOTHING, day_text, money
from dashboards.queries.portal_rows import OwnAccount
from dashboards.viewer import Viewer
from energy.base.text import catalogue


def payments_panel(viewer: Viewer, own: OwnAccount) -> Component:
    """Return what came in for an account, the newest first."""
    rows: list[Sequence[Children]] = [
        [
            day_text(viewer.language, each.on),
            each.payment,
            came_by(viewer, each.means),
            money(viewer.language, each.amount, own.currency),
            ""
            if each.reversed_on is None
            else badge(
                viewer.say("moves.reversed", day=day_text(viewer.language, each.reversed_on)),
                "bad",
            ),
        ]
        for each in own.payments
    ]
    heads = ("day", "payment", "means", ">amount", "state")
    return _panel(viewer, own, "payments", heads, rows)


def came_by(viewer: Viewer, means: str) -> str:
    """Return how money came in: by a means of payment, or by what another room booked."""
    keys = (f"money.means_{means}", f"moves.by.{means}", f"cli.means.{means}", f"cli.event.{means}")
    known = next((key for key in keys if key in catalogue()), None)
    return means if known is None else viewer.say(known)


def balance_panel(viewer: Viewer, own: OwnAccount) -> Component | None:
    """Return top-ups and what else moved a prepaid balance; None where nothing is prepaid."""
    if own.prepaid is None:
        return None
    rows: list[Sequence[Children]] = [
        [
            day_text(viewer.language, each.on),
            viewer.say(f"cli.prepay.kind.{each.kind}"),
            each.document or NOTHING,
            money(viewer.language, each.amount, own.currency),
        ]
        for each in own.prepaid.moves
    ]
    return _panel(viewer, own, "balance", ("day", "act", "document", ">amount"), rows)


def _panel(
    viewer: Viewer,
    own: OwnAccount,
    name: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Children]],
) -> Component:
    said = [
        (">" if head.startswith(">") else "") + viewer.say(f"moves.{head.lstrip('>')}")
        for head in heads
    ]
    return panel(
        viewer.say(f"moves.{name}"),
        long_table(viewer, said, rows, name=f"account-{name}")
        if rows
        else empty(viewer.say(f"moves.no_{name}")),
        aside=own.account,
        name=f"account-{name}",
    )
