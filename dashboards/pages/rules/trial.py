"""Step 5a. From: a back-test. To: how often a rule would have fired, with its cases drawn. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, chart, empty, table
from dashboards.components.toolbar import span_text
from dashboards.components.twin import twin
from dashboards.figures.rule_cases import CaseTexts, rule_cases
from dashboards.formats import gauge_text, short_instant
from dashboards.queries.rule_rows import RuleTrial
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.alerting.trial import CaseRow

RUN, TRIAL = "rule-run", "rule-trial"
MOST_CASES = 40
"""Cases listed; the table behind has all."""


def trial_result(
    viewer: Viewer, trial: RuleTrial, selection: Selection, *, zone: ZoneInfo
) -> list[Component | None]:
    """Return what a rule would have done."""
    said = summary(viewer, trial, selection)
    texts = CaseTexts(
        value=viewer.say("rules_page.value")
        if trial.curve is None
        else f"{viewer.say('rules_page.value')}: {trial.curve.about}",
        limit=viewer.say("rules_page.limit"),
        case=viewer.say("rules_page.case"),
        unit="" if trial.curve is None else viewer.unit(trial.curve.unit),
    )
    drawn = trial.curve is not None or trial.cases
    more = len(trial.cases) - MOST_CASES
    return [
        html.P(html.Strong(said), className="trial-said"),
        chart(
            rule_cases(trial, zone=zone, theme=viewer.theme, texts=texts),
            chart_id="rule-cases",
            label=said,
            language=viewer.language,
        )
        if drawn
        else None,
        _cases(viewer, trial.cases[:MOST_CASES], zone)
        if trial.cases
        else empty(viewer.say("rules_page.no_case")),
        html.P(viewer.say("rules_page.more_cases", count=more), className="subtitle")
        if more > 0
        else None,
        twin(viewer, f"rule_trial~{trial.key}", selection.search()) if trial.cases else None,
    ]


def summary(viewer: Viewer, trial: RuleTrial, selection: Selection) -> str:
    """Return how often a rule would have fired, in a sentence."""
    return viewer.say(
        "rules_page.trial_said",
        number=len(trial.cases),
        per_week=f"{float(trial.per_week):.1f}",
        span=span_text(viewer, selection),
        subjects=trial.subjects,
        readings=trial.readings,
        hours=f"{trial.open_s / 3600:.1f}",
    )


def _cases(viewer: Viewer, cases: tuple[CaseRow, ...], zone: ZoneInfo) -> Component:
    heads = [viewer.say(f"rules_page.{name}") for name in ("about", "raised", "cleared")]
    heads += [f">{viewer.say(f'rules_page.{name}')}" for name in ("value", "limit")]
    rows: list[list[Children]] = [
        [
            case.about,
            short_instant(viewer.language, case.raised_at, zone),
            viewer.say("rules_page.stands")
            if case.cleared_at is None
            else short_instant(viewer.language, case.cleared_at, zone),
            gauge_text(viewer.language, case.value, viewer.unit(case.unit)),
            gauge_text(viewer.language, case.limit, viewer.unit(case.unit)),
        ]
        for case in cases
    ]
    return table(heads, rows, name="trial-cases")
