"""Step 5a. From: one outage. To: the layout of its page. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.outage_pieces import (
    PATH,
    receipts_bar,
    receipts_text,
    span_text,
    state_badge,
)
from dashboards.components.pieces import (
    Children,
    data_age,
    extra,
    facts,
    link,
    notice,
    page,
    panel,
    table,
)
from dashboards.components.twin import twin
from dashboards.formats import instant_text
from dashboards.pages.outages.affected import affected_panel, called_panel
from dashboards.pages.outages.forms import acts_panels
from dashboards.pages.plain import HTML_LANGUAGE
from dashboards.queries.outage_rows import DraftText, OutagePage, OutageStanding
from dashboards.queries.rows import Answer
from dashboards.told import refusal_text
from dashboards.viewer import Viewer
from energy.alerting.outages.reads import OutageState

STATE, RECEIPTS = "outage-state", "outage-receipts"
_COUNTS = ("queued", "handed", "delivered", "failed", "withdrawn")


def outage_page(
    viewer: Viewer, answer: Answer[OutagePage], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return the page of an outage."""
    told, standing = answer.rows, answer.rows.standing
    name = str(standing.line.outage)
    age = data_age(viewer, answer.age_s, answer.as_of)
    return page(
        viewer.say("outage_page.title", node=standing.line.name),
        [
            html.Div(
                state_part(viewer, standing, age, zone=zone, now=now),
                id={"type": STATE, "outage": name},
                className="stack",
            ),
            html.Div(
                receipts_part(viewer, standing),
                id={"type": RECEIPTS, "outage": name},
                className="stack",
            ),
            None
            if told.look is None
            else affected_panel(viewer, told.look, twin_name=f"outage_affected~{name}"),
            _draft(viewer, told),
            None
            if told.look is None or standing.line.state is OutageState.TOLD
            else called_panel(
                viewer,
                told.look.called,
                told.look.unreached,
                title="outage_page.would_be_called",
            ),
            *acts_panels(viewer, told, zone=zone),
        ],
        name="outage",
        crumbs=[link(viewer.say("nav.outages"), PATH), html.Span(standing.line.name)],
    )


def state_part(
    viewer: Viewer, told: OutageStanding, age: Component, *, zone: ZoneInfo, now: datetime
) -> list[Component]:
    """Return how far an outage is, and when, what and by whom."""
    line = told.line
    drawn = f"/plant/{line.node}?utility={line.utility}&node={line.node}"
    pairs: list[tuple[str, Children]] = [
        (viewer.say("outage_page.state"), state_badge(viewer, line, now)),
        (viewer.say("outage_page.node"), link(line.name, drawn)),
        (
            viewer.say("outage_page.span"),
            span_text(viewer, line.begins_at, line.ends_at, zone),
        ),
        (viewer.say("outage_page.reason"), line.reason),
        (viewer.say("outage_page.version"), _version(viewer, told)),
        (viewer.say("cli.outage_head.author"), told.author),
    ]
    for name, person, at in (
        ("reviewer", told.reviewed_by, told.reviewed_at),
        ("canceller", told.cancelled_by, told.cancelled_at),
    ):
        if person is not None:
            words = f"{person}, {instant_text(viewer.language, at, zone)}"
            pairs.append((viewer.say(f"cli.outage_head.{name}"), words))
    return [
        panel(
            viewer.say("outage_page.plan_of"),
            [_steps(viewer, told, now), facts(pairs, name="outage-facts")],
            aside=age,
            name="outage-state",
        )
    ]


def _version(viewer: Viewer, told: OutageStanding) -> str:
    line = told.line
    if line.holds in {0, line.version}:
        return str(line.version)
    return viewer.say("outage_page.version_holds", version=line.version, holds=line.holds)


def _steps(viewer: Viewer, told: OutageStanding, now: datetime) -> Component | None:
    """Return the way of the newest version: written, reviewed, received, off, on again."""
    line, newest = told.line, told.receipts[0] if told.receipts else None
    if line.state is OutageState.CANCELLED:
        return None
    held = line.holds == line.version
    over = line.state is OutageState.ENDED
    steps = (
        ("written", True),
        ("reviewed", held),
        ("received", held and newest is not None and not newest.queued + newest.handed),
        ("begun", bool(line.holds) and (over or line.runs(now))),
        ("ended", bool(line.holds) and over),
    )
    reached = next((n for n, (_, done) in enumerate(steps) if not done), len(steps))
    return html.Ol(
        [
            html.Li(
                viewer.say(f"outage_step.{name}"),
                className="step-done" if done else "step-next" if n == reached else "step-ahead",
                **(extra(aria_current="step") if n == reached else {}),
            )
            for n, (name, done) in enumerate(steps)
        ],
        className="outage-steps",
    )


def receipts_part(viewer: Viewer, told: OutageStanding) -> list[Component | None]:
    """Return the receipts of the newest version that was told, who has it, and those before."""
    if not told.receipts:
        return []
    newest = told.receipts[0]
    heads = [viewer.say("outage_page.version")]
    heads += [f">{viewer.say(f'cli.outage_head.{name}')}" for name in _COUNTS]
    rows: list[list[Children]] = [
        [str(each.version), *(str(getattr(each, name)) for name in _COUNTS)]
        for each in told.receipts
    ]
    body: list[Component | None] = [
        html.P(
            html.Strong(receipts_text(viewer, newest), className="outage-number"),
            role="status",
            className="outage-received",
        ),
        receipts_bar(viewer, newest),
        notice(viewer.say("outage_page.failed", count=newest.failed), good=False)
        if newest.failed
        else None,
        table(heads, rows, name="outage-receipts") if len(rows) > 1 else None,
        twin(viewer, f"outage_receipts~{told.line.outage}", "") if told.called else None,
    ]
    title = viewer.say("outage_page.receipts", version=newest.version)
    return [
        panel(title, body, name="outage-receipts"),
        called_panel(viewer, told.called, None, title="outage_page.called"),
    ]


def _draft(viewer: Viewer, told: OutagePage) -> Component | None:
    title = viewer.say("outage_page.draft")
    if told.refusal is not None:
        words = refusal_text(viewer.language, told.refusal)
        return panel(title, notice(words, good=False), name="outage-draft")
    if not told.draft:
        return None
    return panel(
        title,
        [
            html.P(viewer.say("outage_page.draft_what"), className="subtitle"),
            html.Div([_text(viewer, each) for each in told.draft], className="outage-texts"),
        ],
        name="outage-draft",
    )


def _text(viewer: Viewer, text: DraftText) -> Component:
    return html.Figure(
        [
            html.Blockquote(text.text, lang=HTML_LANGUAGE[text.language]),
            html.Figcaption(
                f"{viewer.say(f'notice_texts.{text.language}')} · "
                f"{viewer.say('cli.outage.segments', number=text.segments)}"
            ),
        ],
        className="outage-text",
    )
