"""Step 5a. From: the shift log, who looks. To: its open points and entries, forms. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import empty, page, panel
from dashboards.formats import short_instant
from dashboards.pages.duty.acts import CLOSE, OPEN, TELL
from dashboards.pages.duty.pieces import LOG, crumb, parts_of
from dashboards.queries.handover_rows import EntryLine, ShiftLogPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.duty.entry import LONGEST_ENTRY

MOST = 60
"""Entries that are shown; `duty log` lists all."""


def log_page(viewer: Viewer, answer: Answer[ShiftLogPage], *, zone: ZoneInfo) -> Component:
    """Return the shift log."""
    told = answer.rows
    return page(
        viewer.say("duty_log.title"),
        [
            parts_of(viewer, LOG),
            _tell(viewer, answer.as_of),
            panel(
                viewer.say("duty_log.points", count=len(told.points)),
                _entries(viewer, told.points, "none_points", zone),
                name="log-points",
            ),
            panel(
                viewer.say("duty_log.entries"),
                _entries(viewer, told.entries[:MOST], "none_entries", zone),
                name="log-entries",
            ),
        ],
        name="duty-log",
        crumbs=crumb(viewer),
    )


def _tell(viewer: Viewer, as_of: int) -> Component | None:
    if not viewer.scope.may(Right.OWN_DUTY):
        return None
    stays = {OPEN: viewer.say("duty_log.stays"), "told": viewer.say("duty_log.only_told")}
    return panel(
        viewer.say("duty_log.tell"),
        [
            html.P(viewer.say("duty_log.tell_what"), className="subtitle"),
            act_form(
                viewer,
                TELL,
                str(as_of),
                [
                    Field(
                        name="text", label="duty_log.text", kind=Kind.WORDS, longest=LONGEST_ENTRY
                    ),
                    Field(
                        name="stays",
                        label="duty_log.kind",
                        kind=Kind.FEW,
                        value=OPEN,
                        choices=stays,
                    ),
                ],
                button="duty_act.tell",
            ),
        ],
        name="log-tell",
    )


def _entries(viewer: Viewer, entries: Sequence[EntryLine], none: str, zone: ZoneInfo) -> Component:
    if not entries:
        return empty(viewer.say(f"duty_log.{none}"))
    return html.Ul([_entry(viewer, each, zone) for each in entries], className="cards duty-log")


def _entry(viewer: Viewer, entry: EntryLine, zone: ZoneInfo) -> Component:
    at = short_instant(viewer.language, entry.at, zone)
    ended = None
    if entry.closed_at is not None:
        closed = short_instant(viewer.language, entry.closed_at, zone)
        words = viewer.say("duty_log.closed", at=closed, by=entry.closed_by)
        ended = html.Div([f"{words}: ", html.Bdi(entry.closed_text)], className="duty-ended")
    return html.Li(
        [
            html.Div(html.Bdi(entry.text), className="duty-text"),
            html.Div(viewer.say("duty_log.by", at=at, by=entry.by), className="card-what"),
            ended,
            act_form(
                viewer,
                CLOSE,
                str(entry.entry),
                [Field(name="text", label="duty_log.how")],
                button="duty_act.close",
                quiet=True,
            )
            if entry.open and viewer.scope.may(Right.OWN_DUTY)
            else None,
        ]
    )
