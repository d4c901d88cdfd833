"""Step 5a. From: the rules of alerts. To: their list, and the page of one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import act_form
from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import (
    Children,
    data_age,
    empty,
    link,
    page,
    panel,
    severity_badge,
    table,
)
from dashboards.components.toolbar import choice_links, toolbar
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, short_instant
from dashboards.pages.rules.trial import RUN, TRIAL
from dashboards.pages.rules.words import (
    ACTORS,
    EXPECTED,
    PATH,
    kind_word,
    limits_text,
    rule_path,
    state_badge,
    subject_text,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.alerting.rule_reads import RuleRow

ENABLE, WITHDRAW = "rule-enable", "rule-withdraw"
HEADS = ("rule", "kind", "severity", "subject", "limits", "version", "state")


def parts_links(viewer: Viewer, here: str) -> Component:
    """Return the parts of the pages of rules."""
    parts = [
        (viewer.say(f"rules_page.part_{name}"), path, here == path)
        for name, path in (("rules", PATH), ("expected", EXPECTED), ("actors", ACTORS))
    ]
    return choice_links(parts, "", viewer.say("rules_page.title"))


def rules_page(viewer: Viewer, answer: Answer[tuple[RuleRow, ...]], *, zone: ZoneInfo) -> Component:
    """Return the page of all rules."""
    rows = answer.rows
    body: list[Component | None] = [html.P(viewer.say("rules_page.what"), className="subtitle")]
    if rows:
        heads = [viewer.say(f"rules_page.{name}") for name in HEADS]
        heads += [f">{viewer.say(f'rules_page.{name}')}" for name in ("subjects", "standing")]
        cells = [_cells(viewer, row, zone) for row in rows]
        body += with_cards(
            long_table(viewer, heads, cells, name="rule-table"),
            lambda: html.Ul([_card(viewer, row) for row in rows], className="cards"),
        )
        body.append(twin(viewer, "alert_rules", ""))
    else:
        body.append(empty(viewer.say("rules_page.none")))
    return page(
        viewer.say("rules_page.title"),
        [
            parts_links(viewer, PATH),
            panel(
                viewer.say("rules_page.part_rules"),
                body,
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="rules",
            ),
        ],
        name="rules",
    )


def _cells(viewer: Viewer, row: RuleRow, zone: ZoneInfo) -> list[Children]:
    return [
        [
            link(row.name, rule_path(row.key)),
            html.Div(row.key, className="card-what"),
        ],
        kind_word(viewer, row),
        severity_badge(viewer, row.severity),
        html.Span(subject_text(viewer, row), className="rule-words"),
        html.Span(limits_text(viewer, row), className="rule-words"),
        [
            str(row.version),
            html.Div(_since(viewer, row, zone), className="card-what"),
        ],
        state_badge(viewer, row),
        str(row.subjects) if row.subjects else NOTHING,
        str(row.standing),
    ]


def _card(viewer: Viewer, row: RuleRow) -> Component:
    return html.Li(
        [
            html.Div(
                [link(row.name, rule_path(row.key)), state_badge(viewer, row)],
                className="card-head",
            ),
            html.Div([kind_word(viewer, row), " ", severity_badge(viewer, row.severity)]),
            html.Div(subject_text(viewer, row), className="card-what rule-words"),
            html.Div(limits_text(viewer, row), className="card-what rule-words"),
        ]
    )


def _since(viewer: Viewer, row: RuleRow, zone: ZoneInfo) -> str:
    if row.valid_from is None:
        return ""
    at = short_instant(viewer.language, datetime.fromisoformat(row.valid_from), zone)
    return viewer.say("rules_page.since", at=at)


def rule_page(
    viewer: Viewer,
    answer: Answer[tuple[RuleRow, ...]],
    versions: Sequence[RuleRow],
    selection: Selection,
    *,
    zone: ZoneInfo,
) -> Component:
    """Return the page of one rule: its versions, its back-test, what may be done with it."""
    newest = versions[-1]
    heads = [viewer.say(f"rules_page.{name}") for name in ("version", "severity", *HEADS[3:5])]
    heads.append(viewer.say("rules_page.state"))
    rows: list[list[Children]] = [
        [
            [str(row.version), html.Div(_since(viewer, row, zone), className="card-what")],
            severity_badge(viewer, row.severity),
            html.Span(subject_text(viewer, row), className="rule-words"),
            html.Span(limits_text(viewer, row), className="rule-words"),
            state_badge(viewer, row),
        ]
        for row in reversed(versions)
    ]
    return page(
        newest.name,
        [
            panel(
                kind_word(viewer, newest),
                [table(heads, rows, name="rule-versions"), _acts(viewer, newest)],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="rule",
            ),
            _trial(viewer, newest, selection),
        ],
        name="rule",
        crumbs=[link(viewer.say("rules_page.title"), PATH), html.Span(newest.key)],
    )


def no_rule_page(viewer: Viewer, key: str) -> Component:
    """Return what stands where a rule was: alerts and bookmarks outlive it."""
    return page(
        viewer.say("nav.rules"),
        [empty(viewer.say("rules_page.gone", rule=key))],
        name="no-rule",
        crumbs=[link(viewer.say("rules_page.title"), PATH), html.Span(key)],
    )


def _acts(viewer: Viewer, row: RuleRow) -> Component | None:
    """Return what may be done with a rule by who decides about rules."""
    if not viewer.scope.may(Right.DECIDE_READINGS):
        return None
    about = f"{row.key}@{row.version}"
    withdraw = html.Details(
        [
            html.Summary(viewer.say("rules_page.withdraw")),
            html.P(viewer.say("rules_page.withdraw_what"), className="subtitle"),
            act_form(viewer, WITHDRAW, about, [], button="rules_page.withdraw_button", quiet=True),
        ],
        className="decide-act",
    )
    enable = act_form(viewer, ENABLE, about, [], button="rules_page.enable")
    return html.Div([None if row.enabled else enable, withdraw])


def _trial(viewer: Viewer, row: RuleRow, selection: Selection) -> Component:
    body: list[Component] = [html.P(viewer.say("rules_page.trial_what"), className="subtitle")]
    if viewer.scope.may(Right.DECIDE_READINGS):
        body += [
            toolbar(viewer, selection, rule_path(row.key)),
            html.Button(
                viewer.say("rules_page.trial_button"),
                id={"type": RUN, "rule": row.key},
                className="button",
                type="button",
                n_clicks=0,
            ),
            html.Div(id={"type": TRIAL, "rule": row.key}, role="status", className="stack"),
        ]
    else:
        body.append(empty(viewer.say("rules_page.trial_who")))
    return panel(viewer.say("rules_page.trial"), body, name="rule-trial")
