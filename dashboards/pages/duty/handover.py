"""Step 5a. From: desks, the sheet of handover, who looks. To: both signatures, the sheet. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, badge, empty, link, page, panel, table
from dashboards.components.request_pieces import REQUESTS
from dashboards.components.work_pieces import INCIDENTS, WORK
from dashboards.formats import short_instant
from dashboards.handover_sheet import SheetPart, shown
from dashboards.pages.duty.acts import ALONE, OFFER, SIGN, STAY, WITH_WORK
from dashboards.pages.duty.pieces import HANDOVER, crumb, parts_of
from dashboards.queries.handover_rows import DeskStanding, HandoverLine, HandoverPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.duty.names import DutyNames

PAPER = "/download/handover.pdf"
HOURS = 12
"""How far ahead the sheet tells of outages and spans, as `alert handover` does."""
MOST = 10
"""Handovers before; `duty handovers` lists more."""
LEADS = {
    "I": (INCIDENTS, Right.READ_ENERGY),
    "W": (WORK, Right.READ_ENERGY),
    "S": ("/switching", Right.READ_ENERGY),
    "R": (REQUESTS, Right.READ_REQUESTS),
}
"""Letter of a number of the sheet -> where it leads, and who may read there."""
TONE = {"offered": "fair", "signed": "good", "withdrawn": "calm"}


def handover_page(
    viewer: Viewer,
    answer: Answer[HandoverPage],
    names: DutyNames,
    parts: Sequence[SheetPart],
    *,
    zone: ZoneInfo,
) -> Component:
    """Return who has each desk, the forms of both signatures, and the sheet."""
    told = answer.rows
    paper = html.A(viewer.say("duty_handover.paper"), href=PAPER, className="button", download="")
    return page(
        viewer.say("duty_handover.title"),
        [
            parts_of(viewer, HANDOVER),
            panel(
                viewer.say("duty_handover.desks"),
                [
                    html.P(viewer.say("duty_handover.what"), className="subtitle"),
                    html.Ul(
                        [_desk(viewer, e, names, told.own_work, zone) for e in told.desks],
                        className="duty-cards",
                    )
                    if told.desks
                    else empty(viewer.say("duty_handover.no_desk")),
                ],
                name="handover-desks",
            ),
            panel(
                viewer.say("handover.title"),
                [html.Div(_part(viewer, each), className="duty-part") for each in parts],
                aside=paper,
                name="handover-sheet",
            ),
            panel(
                viewer.say("duty_handover.past"),
                _past(viewer, told.past[:MOST], names, zone),
                name="handover-past",
            ),
        ],
        name="duty-handover",
        crumbs=crumb(viewer),
    )


def _desk(
    viewer: Viewer, desk: DeskStanding, names: DutyNames, own_work: int, zone: ZoneInfo
) -> Component:
    since = short_instant(viewer.language, desk.since, zone)
    has = viewer.say("duty_handover.has", name=desk.has, at=since)
    never = viewer.say("duty_handover.never")
    due = viewer.say("duty_handover.due", name=desk.due) if desk.due else None
    return html.Li(
        [
            html.Div(
                html.Strong(html.Bdi(names.post(desk.post, viewer.language))),
                className="duty-post",
            ),
            html.Div(html.Bdi(has if desk.holder else never)),
            html.Div(
                html.Bdi(due or viewer.say("duty_handover.due_nobody")),
                className="duty-why" if due else "duty-why duty-bad",
            ),
            _offered(viewer, desk, desk.offered, zone)
            if desk.offered
            else _offer(viewer, desk, own_work),
        ],
        className="duty-card",
    )


def _offer(viewer: Viewer, desk: DeskStanding, own_work: int) -> Component | None:
    """Return the form of the first signature, with the choice that what one owns passes."""
    if not viewer.scope.may(Right.OWN_DUTY) or not desk.may_offer(viewer.scope.person):
        return None
    fields = []
    if own_work and viewer.scope.may(Right.WORK):
        choices = {
            ALONE: viewer.say("duty_handover.alone"),
            WITH_WORK: viewer.say("duty_handover.with_work", number=own_work),
        }
        fields.append(
            Field(
                name="passes",
                label="duty_handover.passes",
                kind=Kind.FEW,
                value=WITH_WORK,
                choices=choices,
            )
        )
    return act_form(viewer, OFFER, f"{desk.post}@{desk.newest}", fields, button="duty_act.offer")


def _offered(viewer: Viewer, desk: DeskStanding, line: HandoverLine, zone: ZoneInfo) -> Component:
    """Return that a desk is offered, and the form of the second signature, or of staying."""
    at = short_instant(viewer.language, line.offered_at, zone)
    mine = line.goes == viewer.scope.person
    about, form = str(line.handover), None
    if mine:
        form = act_form(viewer, STAY, about, [], button="duty_act.stay", quiet=True)
    elif desk.may_sign(viewer.scope.person):
        form = act_form(viewer, SIGN, about, [], button="duty_act.sign")
    fit = ", ".join(name for who, name in desk.fit.items() if who != line.goes)
    return html.Div(
        [
            badge(viewer.say("duty_handover.offered"), "fair"),
            html.P(
                viewer.say(
                    "duty_handover.offered_by",
                    name=line.giver,
                    at=at,
                    points=line.points,
                    alerts=line.alerts,
                )
            ),
            html.P(viewer.say("duty_handover.brings", count=line.work, name=line.giver))
            if line.work is not None
            else None,
            html.P(viewer.say("duty_handover.mine"), className="duty-why") if mine else None,
            html.P(html.Bdi(viewer.say("duty_handover.may", names=fit)), className="duty-why"),
            form if viewer.scope.may(Right.OWN_DUTY) else None,
        ],
        className="duty-offered",
    )


def _part(viewer: Viewer, part: SheetPart) -> list[Component]:
    title = html.H3(part.title(viewer, HOURS))
    if not part.rows:
        return [title, empty(part.nothing(viewer))]
    rows: list[list[Children]] = [
        [
            _number(viewer, shown(each)) if head == "number" else html.Bdi(shown(each))
            for head, each in zip(part.heads, row, strict=True)
        ]
        for row in part.rows
    ]
    found: list[Component] = [title, table(part.head_words(viewer), rows, name="duty-sheet")]
    if part.more:
        found.append(html.P(part.rest(viewer), className="subtitle"))
    return found


def _number(viewer: Viewer, number: str) -> Component:
    """Return a number that leads to its page; that of a permit leads to its order."""
    path, right = LEADS.get(number[:1], ("", Right.READ_ENERGY))
    if not path or not viewer.scope.may(right):
        bare: Component = html.Bdi(number)
        return bare
    return link(number, f"{path}/{number.split('/', maxsplit=1)[0]}")


def _past(
    viewer: Viewer, lines: Sequence[HandoverLine], names: DutyNames, zone: ZoneInfo
) -> Component:
    if not lines:
        return empty(viewer.say("duty_handover.none_past"))
    rows: list[list[Children]] = [
        [
            html.Bdi(names.post(each.post, viewer.language)),
            badge(viewer.say(f"cli.duty_handover.{each.state}"), TONE[str(each.state)]),
            html.Bdi(each.giver),
            short_instant(viewer.language, each.offered_at, zone),
            html.Bdi(each.taker or "–"),
            short_instant(viewer.language, each.signed_at, zone),
            str(each.points),
        ]
        for each in lines
    ]
    keys = ("post", "state", "goes", "offered", "comes", "signed")
    heads = [viewer.say(f"duty_handover.head_{key}") for key in keys]
    heads.append(f">{viewer.say('duty_handover.head_points')}")
    return table(heads, rows, name="handover-past")
