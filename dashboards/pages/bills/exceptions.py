"""Step 6, shown. From: a run's exceptions. To: their grid and the form that decides them. Pure.

What is decided about is what the person saw: the form sends the keys of the rows of its grid, and
a key says what an exception is about and how much.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from zoneinfo import ZoneInfo

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from billing.runs.decision import Choice
from billing.runs.told import cause_told, exception_told
from dashboards.components.grid import by_number, grid_theme, grid_words
from dashboards.components.pieces import badge, data_age, empty, extra, link, page, panel
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, money
from dashboards.pages.bills.layout import span_text
from dashboards.queries.bill_rows import RunRow
from dashboards.queries.rows import Answer
from dashboards.queries.run_rows import ExceptionRow, RunReview
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

GRID, CHOICE, WHY, FORM, PANEL = (
    f"exceptions-{part}" for part in ("grid", "choice", "why", "decide", "panel")
)
COLUMNS: tuple[tuple[str, int, int], ...] = (
    ("cause", 104, 2),
    ("money", 96, 2),
    ("account", 170, 3),
    ("point", 120, 2),
    ("what", 240, 5),
    ("proof", 96, 1),
    ("decision", 190, 4),
)
"""Field, least width [px] and share of what is left."""
LINKED = ("cause", "account", "point", "proof")
LONGEST_REASON = 500


def exceptions_page(
    viewer: Viewer, run: RunRow, answer: Answer[RunReview], cause: str, *, zone: ZoneInfo
) -> Component:
    """Return the page of a run's exceptions, of one cause or of all ("")."""
    span = span_text(viewer, run)
    return page(
        viewer.say("exceptions.title"),
        [
            html.Div(
                exceptions_panels(viewer, run, answer, cause, zone=zone),
                id=PANEL,
                className="stack",
            )
        ],
        name="exceptions",
        crumbs=[
            link(viewer.say("bills.title"), "/bills"),
            link(span, f"/bills/runs/{run.run}"),
            html.Span(viewer.say("exceptions.title")),
        ],
    )


def exceptions_panels(
    viewer: Viewer,
    run: RunRow,
    answer: Answer[RunReview],
    cause: str,
    *,
    zone: ZoneInfo,
    said: Component | None = None,
) -> list[Component]:
    """Return the causes, the rows of the one chosen, and the form."""
    review = answer.rows
    rows = [row for row in review.exceptions if cause in ("", row.found.cause)]
    content: list[Component] = [_causes(viewer, run, review, cause)]
    if not rows:
        content.append(empty(viewer.say("exceptions.none")))
    else:
        content += [_grid(viewer, run, rows, zone), twin(viewer, f"run_exceptions~{run.run}", "")]
    waiting = review.waiting
    hangs = sum((row.found.money for row in waiting), Decimal(0))
    told = viewer.say(
        "run_page.waiting", count=len(waiting), money=money(viewer.language, hangs, run.currency)
    )
    return [
        panel(
            told,
            content,
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="exceptions",
        ),
        *([said] if said else []),
        *_form(viewer, run, review, rows, cause),
    ]


def _causes(viewer: Viewer, run: RunRow, review: RunReview, cause: str) -> Component:
    """Return the causes to choose among, the most money first."""
    counts = Counter(row.found.cause for row in review.exceptions)
    hangs = {
        cause: sum(
            (row.found.money for row in review.exceptions if row.found.cause == cause), Decimal(0)
        )
        for cause in counts
    }
    path = f"/bills/runs/{run.run}/exceptions"
    entries = [("", viewer.say("exceptions.all"), len(review.exceptions))]
    for key in sorted(counts, key=lambda each: (-hangs[each], each)):
        shown = money(viewer.language, hangs[key], run.currency)
        entries.append((key, f"{cause_told(viewer.language, key)} · {shown}", counts[key]))
    return html.Nav(
        [
            link(
                f"{name} ({count})",
                f"{path}/{key}" if key else path,
                name="seg seg-on" if key == cause else "seg",
            )
            for key, name, count in entries
        ],
        className="segs causes",
        **extra(aria_label=viewer.say("exceptions.causes")),
    )


def _grid(viewer: Viewer, run: RunRow, rows: list[ExceptionRow], zone: ZoneInfo) -> Component:
    columns: list[dict[str, object]] = []
    for field, width, share in COLUMNS:
        column: dict[str, object] = {
            "field": field,
            "headerName": viewer.say(f"exceptions.{field}"),
            "minWidth": width,
            "flex": share,
        }
        if field in LINKED:
            column["cellRenderer"] = "TableCell"
        if field == "money":
            column |= {"type": "rightAligned", **by_number("money_number")}
        if field in {"what", "decision"}:
            column |= {"wrapText": True, "autoHeight": True}
        columns.append(column)
    options: dict[str, object] = {
        "theme": grid_theme(viewer.theme),
        "localeText": grid_words(viewer),
        "domLayout": "autoHeight" if len(rows) <= 15 else "normal",
    }
    if may_decide(viewer, run):
        options["rowSelection"] = {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True}
    grid: Component = dag.AgGrid(
        id=GRID,
        columnDefs=columns,
        rowData=[_cells(viewer, run, row, zone) for row in rows],
        defaultColDef={"sortable": True, "resizable": True},
        dashGridOptions=options,
        style={"height": None} if len(rows) <= 15 else {"height": "60vh"},
        className="grid",
    )
    return grid


def _cells(viewer: Viewer, run: RunRow, row: ExceptionRow, zone: ZoneInfo) -> dict[str, object]:
    found = row.found
    bill = None if row.invoice is None else f"/bills/{row.invoice}"
    proof = bill and (bill if row.line is None else f"{bill}/lines/{row.line}")
    return {
        "key": found.key,
        "waits": row.waits,
        "cause": cause_told(viewer.language, found.cause),
        "cause_href": f"/bills/runs/{run.run}/exception/{found.key}",
        "account": f"{found.account} · {row.name}"
        if found.account
        else viewer.say("exceptions.run"),
        "account_href": bill,
        "point": found.point or NOTHING,
        "point_href": None if found.point is None else f"/meters/{found.point}",
        "money": money(viewer.language, found.money, run.currency),
        "money_number": float(found.money),
        "what": exception_told(viewer.language, found, zone),
        "proof": viewer.say("exceptions.proof_link") if proof else NOTHING,
        "proof_href": proof,
        "decision": decision_text(viewer, row),
    }


def decision_text(viewer: Viewer, row: ExceptionRow) -> str:
    """Return what stands decided about an exception, by whom and why."""
    if row.decision is not None:
        choice = viewer.say(f"cli.bill.choice.{row.decision.choice}")
        return viewer.say(
            "exceptions.decided", choice=choice, by=row.decided_by, why=row.decision.why
        )
    if row.found.barred:
        return viewer.say("exceptions.barred")
    return viewer.say("cli.bill.choice.open") if row.waits else viewer.say("exceptions.warns")


def may_decide(viewer: Viewer, run: RunRow) -> bool:
    """Return whether the viewer may decide about the exceptions of a run as it stands."""
    return run.state == "rated" and viewer.scope.may(Right.DECIDE_RUNS)


def _form(
    viewer: Viewer, run: RunRow, review: RunReview, rows: list[ExceptionRow], cause: str
) -> list[Component]:
    """Return the form, or why there is none."""
    if not rows:
        return []
    if not may_decide(viewer, run):
        key = "over" if run.state != "rated" else "no_right"
        return [html.P(viewer.say(f"exceptions.{key}"), className="subtitle")]
    waiting = sum(row.waits for row in rows)
    title = viewer.say("exceptions.decide")
    options = [
        dmc.Radio(value=each.value, label=viewer.say(f"exceptions.choice_{each.value}"))
        for each in Choice
    ]
    choices = dmc.RadioGroup(
        html.Div(options, className="choices"),
        id=CHOICE,
        value=Choice.ACCEPT.value,
        label=viewer.say("exceptions.decision"),
    )
    reason = dcc.Textarea(id=WHY, className="reason", maxLength=LONGEST_REASON, rows=2)
    said: list[tuple[str, str]] = [("selected", viewer.say("exceptions.decide_selected"))]
    if waiting:
        said.append(("waiting", viewer.say("exceptions.decide_waiting", count=waiting)))
    buttons = [
        html.Button(
            text,
            id={
                "type": FORM,
                "which": which,
                "run": str(run.run),
                "version": review.version,
                "cause": cause,
            },
            className=f"button decide-{which}" + ("" if which == "selected" else " quiet"),
            n_clicks=0,
        )
        for which, text in said
    ]
    hint = html.P(viewer.say("exceptions.hint"), className="subtitle")
    label = html.Label([html.Span(viewer.say("exceptions.why")), reason], className="reason-label")
    body = [choices, label, html.Div(buttons, className="form-buttons"), hint]
    return [
        panel(
            title, body, aside=badge(viewer.say("exceptions.four_eyes"), "calm"), name="decide-form"
        )
    ]
