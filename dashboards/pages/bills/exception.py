"""Step 6, shown. From: one exception of a run. To: its chart, evidence and decision. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.runs.decision import Choice
from billing.runs.told import cause_told, exception_told
from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import (
    Children,
    badge,
    chart,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.components.twin import twin
from dashboards.figures.daily_bars import BarTexts
from dashboards.figures.exception_days import exception_days
from dashboards.formats import NOTHING, amount_text, day_text, instant_text, money, number
from dashboards.pages.bills.exceptions import decision_text, may_decide
from dashboards.pages.bills.layout import span_text
from dashboards.pages.review.deciding import second_forms, state_form
from dashboards.queries.bill_rows import RunRow
from dashboards.queries.exception_rows import ExceptionPage
from dashboards.queries.rows import Answer, UsageDay
from dashboards.told import code_text
from dashboards.viewer import Viewer
from energy.base.finding import Severity
from energy.base.quality import Quality

DECIDE_ONE = "decide-exception"


def exception_page(
    viewer: Viewer, run: RunRow, answer: Answer[ExceptionPage], *, zone: ZoneInfo
) -> Component:
    """Return the page of one exception."""
    told = answer.rows
    title = cause_told(viewer.language, told.row.found.cause)
    where = told.row.found.point or told.row.found.account or viewer.say("exceptions.run")
    return page(
        f"{title}: {where}",
        [
            panel(
                viewer.say("exception.facts"),
                facts(_facts(viewer, run, told, zone), name="exception"),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="exception",
            ),
            _usage(viewer, told),
            *_evidence(viewer, told, zone),
            _decide(viewer, run, told, zone),
        ],
        name="exception",
        crumbs=[
            link(viewer.say("bills.title"), "/bills"),
            link(span_text(viewer, run), f"/bills/runs/{run.run}"),
            link(viewer.say("exceptions.title"), f"/bills/runs/{run.run}/exceptions"),
            html.Span(title),
        ],
    )


def _facts(
    viewer: Viewer, run: RunRow, told: ExceptionPage, zone: ZoneInfo
) -> list[tuple[str, Children]]:
    row, found = told.row, told.row.found
    bill = None if row.invoice is None else f"/bills/{row.invoice}"
    account = f"{found.account} · {row.name}" if found.account else viewer.say("exceptions.run")
    proof = bill and (bill if row.line is None else f"{bill}/lines/{row.line}")
    return [
        (viewer.say("exceptions.account"), link(account, bill) if bill else account),
        (
            viewer.say("exceptions.point"),
            NOTHING if found.point is None else link(found.point, f"/meters/{found.point}"),
        ),
        (
            viewer.say("exceptions.money"),
            html.Strong(money(viewer.language, found.money, run.currency), className="bill-total"),
        ),
        (viewer.say("exceptions.what"), exception_told(viewer.language, found, zone)),
        (
            viewer.say("exceptions.proof"),
            link(viewer.say("exceptions.proof_link"), proof) if proof else NOTHING,
        ),
        (viewer.say("exceptions.decision"), decision_text(viewer, row)),
    ]


def summary_of(viewer: Viewer, told: ExceptionPage) -> str:
    """Return the chart in words."""
    assert told.utility is not None, "a chart is of a utility"
    parts = [
        f"{viewer.say(f'exception.{key}')} {_sum(viewer, told, days)}"
        for key, days in (
            ("billed", told.days), ("before", told.before), ("last_year", told.last_year),
        )
    ]  # fmt: skip
    missing = sum(day.usage is None for day in told.days)
    return ", ".join([*parts, viewer.say("exception.missing_days", count=missing)])


def _sum(viewer: Viewer, told: ExceptionPage, days: Sequence[UsageDay]) -> str:
    known = [day.usage for day in days if day.usage is not None]
    assert told.utility is not None, "a chart is of a utility"
    return amount_text(viewer.language, told.utility, sum(known) if known else None)


def _usage(viewer: Viewer, told: ExceptionPage) -> Component | None:
    """Return the chart of the supply's days; None where the whole run is meant."""
    if told.row.found.point is None:
        return None
    title = viewer.say("exception.usage")
    if told.utility is None or not told.days:
        return panel(title, empty(viewer.say("exception.no_usage")), name="exception-usage")
    texts = BarTexts(
        usage=viewer.say("exception.billed"),
        missing=viewer.say("load.missing"),
        quality={q: viewer.say(f"quality.{q.name.lower()}") for q in Quality},
    )
    figure = exception_days(
        told.days,
        {
            viewer.say("exception.before"): told.before,
            viewer.say("exception.last_year"): told.last_year,
        },
        utility=told.utility,
        language=viewer.language,
        theme=viewer.theme,
        texts=texts,
    )
    summary = summary_of(viewer, told)
    return panel(
        title,
        [
            html.P(summary, className="subtitle"),
            chart(figure, chart_id="exception-chart", label=summary, language=viewer.language),
            twin(viewer, f"exception_days~{told.run}_{told.row.found.key}", ""),
        ],
        name="exception-usage",
    )


def _evidence(viewer: Viewer, told: ExceptionPage, zone: ZoneInfo) -> list[Component]:
    """Return findings, registers and earlier bills, as far as there are any."""
    parts: list[Component] = []
    if told.findings:
        parts.append(html.H3(viewer.say("bill.findings")))
        parts.append(_findings(viewer, told, zone))
    if told.registers:
        parts.append(html.H3(viewer.say("proof.readings")))
        parts.append(_registers(viewer, told, zone))
    if told.bills:
        parts.append(html.H3(viewer.say("exception.bills")))
        parts.append(_bills(viewer, told))
    return [panel(viewer.say("exceptions.what"), parts, name="evidence")] if parts else []


def _findings(viewer: Viewer, told: ExceptionPage, zone: ZoneInfo) -> Component:
    head = [viewer.say(f"findings.{key}") for key in ("what", "weight", "from", "to")]
    rows: list[Sequence[Children]] = [
        [
            code_text(viewer, each.code),
            badge(
                viewer.say(f"findings.{each.severity.value}"),
                "bad" if each.severity is Severity.DO_NOT_BILL else "fair",
            ),
            instant_text(viewer.language, each.start, zone),
            instant_text(viewer.language, each.end, zone),
        ]
        for each in told.findings
    ]
    return table(head, rows, name="findings")


def _registers(viewer: Viewer, told: ExceptionPage, zone: ZoneInfo) -> Component:
    head = ["", *(viewer.say(key) for key in ("plate.serial", "register.at"))]
    head += [">" + viewer.say("proof.register"), viewer.say("register.quality")]
    rows: list[Sequence[Children]] = [
        [
            viewer.say(f"proof.{side}"),
            str(register["serial"]),
            instant_text(viewer.language, datetime.fromisoformat(register[side]["at"]), zone),
            f"{register[side]['shown']} {viewer.unit(register['unit'])}",
            viewer.say(f"quality.{register[side]['quality']}"),
        ]
        for register in told.registers
        for side in ("opening", "closing")
    ]
    return table(head, rows, name="exception-registers")


def _bills(viewer: Viewer, told: ExceptionPage) -> Component:
    head = [
        viewer.say("invoice.number"),
        viewer.say("runs.period"),
        ">" + viewer.say("exception.usage_word"),
        ">" + viewer.say("line.amount"),
    ]
    rows: list[Sequence[Children]] = [
        [
            link(each.number, f"/bills/{each.invoice}"),
            " – ".join(day_text(viewer.language, d) for d in (each.first_day, each.last_day)),
            NOTHING
            if each.usage is None
            else f"{number(viewer.language, each.usage)} {viewer.unit(told.unit)}".strip(),
            money(viewer.language, each.amount, told.currency),
        ]
        for each in told.bills
    ]
    return table(head, rows, name="exception-bills")


def _correct(viewer: Viewer, told: ExceptionPage, point: str, zone: ZoneInfo) -> list[Component]:
    """Return the form that corrects a reading, and what waits for a second person."""
    parts: list[Component] = [
        html.H3(viewer.say("exception.correct")),
        html.P(viewer.say("exception.correct_what"), className="subtitle"),
    ]
    form = state_form(viewer, point)
    if form is not None:
        summary = html.Summary(viewer.say("exception.correct_open"))
        parts.append(html.Details([summary, form], className="decide-act state-reading"))
    if not told.waiting:
        return parts
    parts.append(html.H4(viewer.say("exception.corrections_waiting")))
    for each in told.waiting:
        said = "; ".join(
            f"{instant_text(viewer.language, at, zone)} = {v}" for at, v in each.readings
        )
        parts.append(html.P(f"{said} ({each.by}: {each.reason})", className="waiting-correction"))
        parts += second_forms(viewer, str(each.correction))
    return parts


def _decide(viewer: Viewer, run: RunRow, told: ExceptionPage, zone: ZoneInfo) -> Component:
    """Return the form, or why there is none, and how a reading is corrected."""
    point, title = told.row.found.point, viewer.say("exceptions.decide")
    parts: list[Component] = []
    if may_decide(viewer, run):
        parts.append(
            act_form(
                viewer,
                DECIDE_ONE,
                f"{told.run}/{told.version}/{told.row.found.key}",
                [
                    Field(
                        name="choice",
                        label="exceptions.decision",
                        kind=Kind.CHOICE,
                        value=_first_choice(told).value,
                        choices={
                            each.value: viewer.say(f"exceptions.choice_{each.value}")
                            for each in Choice
                        },
                    ),
                    Field(name="why", label="exceptions.why"),
                ],
                button="exception.decide_button",
            )
        )
    else:
        key = "over" if run.state != "rated" else "no_right"
        parts.append(html.P(viewer.say(f"exceptions.{key}"), className="subtitle"))
    if point is not None:
        parts += _correct(viewer, told, point, zone)
    return panel(
        title, parts, aside=badge(viewer.say("exceptions.four_eyes"), "calm"), name="decide-one"
    )


def _first_choice(told: ExceptionPage) -> Choice:
    if told.row.decision is not None:
        return told.row.decision.choice
    return Choice.HOLD if told.row.found.barred else Choice.ACCEPT
