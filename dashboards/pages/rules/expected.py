"""Step 5a. From: spans in which alerts are expected. To: their page with its forms. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    page,
    panel,
    table,
)
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, short_instant
from dashboards.note_words import wall_text
from dashboards.pages.rules.layout import parts_links
from dashboards.pages.rules.words import EXPECTED
from dashboards.queries.rows import Answer
from dashboards.queries.rule_rows import SpanList
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.alerting.flood import NODE, POINT, SOURCE
from energy.alerting.suppression_desk import SpanRow

EXPECT, END = "span-expect", "span-end"
HEADS = ("why", "about", "reason", "from", "until", "span_state", "by")
KINDS = {"point": POINT, "node": NODE, "source": SOURCE}
"""What a span may be about, and how its name begins."""
TONES = {"holds": "fair", "ahead": "calm", "over": "calm", "ended": "calm"}


def expected_page(
    viewer: Viewer, answer: Answer[SpanList], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return the page of the spans."""
    told = answer.rows
    acts = viewer.scope.may(Right.ACKNOWLEDGE)
    heads = [viewer.say(f"rules_page.{name}") for name in HEADS]
    rows: list[list[Children]] = [
        [
            viewer.say(f"suppression_why.{row.why}"),
            html.Span(row.about, className="rule-words"),
            html.Span(row.reason, className="rule-words"),
            short_instant(viewer.language, row.begins_at, zone),
            short_instant(viewer.language, row.ends_at, zone),
            [
                badge(viewer.say(f"rules_page.span_{state(row, now)}"), TONES[state(row, now)]),
                act_form(viewer, END, str(row.suppression), [], button="rules_page.end", quiet=True)
                if acts and state(row, now) in {"holds", "ahead"}
                else None,
            ],
            told.names.get(row.person, NOTHING),
        ]
        for row in told.rows
    ]
    return page(
        viewer.say("rules_page.part_expected"),
        [
            parts_links(viewer, EXPECTED),
            panel(
                viewer.say("rules_page.part_expected"),
                [
                    html.P(viewer.say("rules_page.expected_what"), className="subtitle"),
                    table(heads, rows, name="expected-spans")
                    if rows
                    else empty(viewer.say("rules_page.no_span")),
                    twin(viewer, "alert_spans", "") if rows else None,
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="expected",
            ),
            _declare(viewer, zone, now) if acts else None,
        ],
        name="expected",
    )


def state(row: SpanRow, now: datetime) -> str:
    """Return "ended" before its time, "over", "ahead" or "holds"."""
    if row.ended_at is not None:
        return "ended"
    if now >= row.ends_at:
        return "over"
    return "ahead" if now < row.begins_at else "holds"


def _declare(viewer: Viewer, zone: ZoneInfo, now: datetime) -> Component:
    fields = [
        Field(
            name="kind",
            label="rules_page.kind_of",
            kind=Kind.CHOICE,
            choices={kind: viewer.say(f"rules_page.of_{kind}") for kind in KINDS},
            value=next(iter(KINDS)),
        ),
        Field(name="name", label="rules_page.name", hint=viewer.say("rules_page.name_hint")),
        Field(name="from", label="rules_page.from", value=wall_text(now, zone)),
        Field(name="until", label="rules_page.until", hint=wall_text(now, zone)),
        Field(name="reason", label="rules_page.reason"),
    ]
    return panel(
        viewer.say("rules_page.expect"),
        [
            html.P(viewer.say("rules_page.expect_what"), className="subtitle"),
            act_form(viewer, EXPECT, "site", fields, button="rules_page.expect_button"),
        ],
        name="expect",
    )
