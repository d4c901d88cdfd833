"""Step 6, shown. From: what is agreed with a tenant. To: panels of its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table
from dashboards.components.pieces import Children, badge, link, panel
from dashboards.formats import NOTHING, day_text, money, number
from dashboards.pages.desk.paths import receipt_path
from dashboards.queries.tenant_rows import TenantPage
from dashboards.viewer import Viewer


def agreed_panels(viewer: Viewer, found: TenantPage) -> list[Component]:
    """Return the dated story of an account: quantities agreed, shares, deposits, moves, papers.

    What there is nothing of has no panel.
    """
    told = (
        ("agreed", ("meter", "quantity", ">value", "from", "until"), _agreed(viewer, found)),
        ("shared", ("meter", "share", "whole", "by", "from", "until"), _shared(viewer, found)),
        ("suspended", ("meter", "from", "until", "fixed", "reason"), _suspended(viewer, found)),
        (
            "deposits",
            ("deposit", ">asked", ">paid", ">applied", ">refunded", ">held", "due", "reason"),
            _deposits(viewer, found),
        ),
        ("moves", ("day", "act", "other", "meter", ">reading", "how"), _moves(viewer, found)),
        ("receipts", ("day", "receipt", "what", "how", ">paid"), _receipts(viewer, found)),
        ("letters", ("day", "letter", "documents"), _letters(viewer, found)),
    )
    return [
        panel(
            viewer.say(f"tenants.{name}"),
            long_table(viewer, _heads(viewer, heads), rows, name=f"tenant-{name}"),
            name=f"tenant-{name}",
        )
        for name, heads, rows in told
        if rows
    ]


Rows = list[Sequence[Children]]


def _heads(viewer: Viewer, keys: Sequence[str]) -> list[str]:
    return [
        (">" if key.startswith(">") else "") + viewer.say(f"tenants.head_{key.lstrip('>')}")
        for key in keys
    ]


def _receipts(viewer: Viewer, found: TenantPage) -> Rows:
    return [
        [
            _day(viewer, each.taken_at.date()),
            html.A(
                each.receipt, href=receipt_path(each.desk, each.number, each.receipt), download=""
            ),
            viewer.say(f"cli.desk.purpose.{each.purpose}"),
            viewer.say("cli.desk.void")
            if each.state == "void"
            else viewer.say(f"cli.desk.means.{each.means}"),
            money(viewer.language, each.amount, each.currency),
        ]
        for each in found.receipts
    ]


def _letters(viewer: Viewer, found: TenantPage) -> Rows:
    return [
        [
            _day(viewer, each.on),
            viewer.say("tenants.letter_of", level=each.level),
            ", ".join(each.items),
        ]
        for each in found.letters
    ]


def _day(viewer: Viewer, day: date | None) -> str:
    return NOTHING if day is None else day_text(viewer.language, day)


def _until(viewer: Viewer, after: date | None) -> str:
    return _day(viewer, None if after is None else after - timedelta(days=1))


def _meter(found: TenantPage, point: str) -> Component:
    return link(found.meters.get(point, (point, ""))[0], f"/meters/{point}")


def _agreed(viewer: Viewer, found: TenantPage) -> Rows:
    return [
        [
            _meter(found, point),
            viewer.say(f"agreed.{each.name}"),
            f"{number(viewer.language, each.value)} {viewer.unit(each.unit)}".strip(),
            _day(viewer, each.valid_from),
            _until(viewer, each.valid_to),
        ]
        for point, known in sorted(found.terms.agreed.items())
        for each in known
    ]


def _shared(viewer: Viewer, found: TenantPage) -> Rows:
    return [
        [
            _meter(found, each.point),
            each.share,
            each.whole,
            " + ".join(
                (f"{portion} " if len(each.keys) > 1 else "") + viewer.say(f"cli.share.by.{kind}")
                for kind, portion in each.keys
            ),
            _day(viewer, each.valid_from),
            _until(viewer, each.valid_to),
        ]
        for each in found.shared
    ]


def _suspended(viewer: Viewer, found: TenantPage) -> Rows:
    return [
        [
            _meter(found, each.point),
            _day(viewer, each.valid_from),
            _until(viewer, each.valid_to),
            viewer.say(f"cli.account.fixed.{each.fixed_charges}"),
            html.Bdi(each.reason),
        ]
        for each in found.terms.suspensions
    ]


def _deposits(viewer: Viewer, found: TenantPage) -> Rows:
    rows: Rows = []
    for each in found.deposits:
        sums = (each.asked, each.paid, each.applied, each.refunded, each.held)
        told = [money(viewer.language, amount, each.currency) for amount in sums]
        due = _day(viewer, each.due_on)
        late = each.paid < each.asked and each.due_on <= found.last
        rows.append([each.key, *told, badge(due, "bad") if late else due, html.Bdi(each.reason)])
    return rows


def _moves(viewer: Viewer, found: TenantPage) -> Rows:
    return [
        [
            _day(viewer, move.day),
            viewer.say(f"cli.account.{'came' if move.came else 'left'}"),
            link(move.other, f"/tenants/{move.other}") if move.other else NOTHING,
            _meter(found, each.point),
            each.shown or NOTHING,
            viewer.say(f"cli.account.how.{each.how}"),
        ]
        for move in found.terms.moves
        for each in move.points
    ]
