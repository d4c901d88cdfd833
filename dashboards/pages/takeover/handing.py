"""In: the task of a take-over, what may be handed in. Out: forms, progress, findings. Pure.

A form of files is sent by assets/handing.js to the route that its `data-href` names: a file would
not fit a callback. While a task is open its panel asks how far it is (callbacks.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from billing.ledger.sheets import SheetFormat
from billing.takeover.task_desk import MOST_FILE
from billing.takeover.task_work import Findings
from billing.takeover.tasks import Stage, Task, TaskKind, TaskState
from dashboards.components.file_form import file_field, file_form
from dashboards.components.grid import grid_theme, grid_words
from dashboards.components.pieces import Children, badge, empty, extra, notice, panel, table
from dashboards.formats import NOTHING, number
from dashboards.queries.takeover_rows import TakeOverPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

POLL, PROGRESS = "takeover-poll", "takeover-progress"
POLL_MS = 2_000
FINDINGS = "takeover_findings"
"""Name of the table of findings."""
FEW = 12
"""Up to these the grid is as high as its rows."""
MOST_LISTED = 30
"""Findings in the list of narrow screens; the files have all."""
METERING_SHARE = 90
"""Part of writing that is rows of the metering journal; the books are one step. [%]"""
PLACES = ("sheet", "row", "column", "problem")


def workbook_panel(viewer: Viewer) -> Component:
    """Return the form by which a workbook is handed in."""
    return panel(
        viewer.say("takeover_page.hand_in"),
        [
            html.P(viewer.say("takeover_page.hand_in_what"), className="subtitle"),
            html.P(
                html.A(
                    viewer.say("takeover_page.template"),
                    href="/download/take-over.xlsx",
                    download="",
                    className="link",
                )
            ),
            _file_form(
                viewer,
                "workbook",
                [file_field(viewer, "file", "takeover_page.choose_workbook", ".xlsx")],
                send="takeover_page.check",
            ),
        ],
        name="takeover-hand-in",
    )


def bills_panel(viewer: Viewer, rows: TakeOverPage) -> Component | None:
    """Return the form by which the old system's bills are handed in; None for who may not."""
    if not viewer.scope.may(Right.ISSUE):
        return None
    runs = [html.Option(each.key, value=str(each.run)) for each in rows.runs]
    form = _file_form(
        viewer,
        "bills",
        [
            html.Label(
                [
                    html.Span(viewer.say("takeover_page.choose_run")),
                    html.Select(runs, className="file-run", **extra(data_name="run")),
                ],
                className="file-label",
            ),
            file_field(viewer, "file", "takeover_page.choose_bills", ".xlsx,.csv"),
            file_field(viewer, "lines", "takeover_page.choose_lines", ".csv"),
        ],
        send="takeover_page.compare_them",
    )
    return panel(
        viewer.say("takeover_page.compare_title"),
        [
            html.P(viewer.say("takeover_page.compare_what"), className="subtitle"),
            form if runs else empty(viewer.say("takeover_page.no_run")),
        ],
        name="takeover-compare",
    )


def _file_form(viewer: Viewer, name: str, fields: Sequence[Component], *, send: str) -> Component:
    return file_form(viewer, f"/upload/take-over/{name}", fields, most=MOST_FILE, send=send)


def task_panel(viewer: Viewer, rows: TakeOverPage) -> Component | None:
    """Return how far the task is, or what it found wrong; None where there is nothing to say."""
    task = rows.task
    if task is None or task.state is TaskState.DONE:
        return None
    title = viewer.say(f"takeover_task.{task.kind}", file=task.files[0].name if task.files else "")
    by = html.Span([viewer.say("takeover_task.by"), " ", html.Bdi(rows.people.get(task.by, "?"))])
    if task.open:
        return panel(
            title,
            [
                html.Div(progress(viewer, task), id=PROGRESS),
                html.P(viewer.say("takeover_page.goes_on"), className="subtitle"),
                dcc.Interval(id=POLL, interval=POLL_MS),
            ],
            aside=by,
            name="takeover-task",
        )
    words = dict(task.why)
    if words:
        told: list[Component | None] = [
            notice(words.get(viewer.language) or words["en"], good=False)
        ]
    elif rows.findings is None:
        told = [notice(viewer.say("takeover_page.findings_gone", count=task.problems), good=False)]
    else:
        told = findings(viewer, rows.findings)
    return panel(title, told, aside=by, name="takeover-task")


def progress(viewer: Viewer, task: Task) -> list[Component]:
    """Return how far an open task is: a bar and its stage in words."""
    stage = str(task.stage) if task.state is TaskState.RUNS and task.stage else str(task.state)
    words = viewer.say(f"takeover_task.at_{stage}", done=task.done, of=task.of)
    share = _share(task)
    value = None if share is None else str(share)
    return [
        html.Progress(max="100", value=value, className="task-bar", **extra(aria_label=words)),
        html.P(words, className="task-words", role="status"),
    ]


def _share(task: Task) -> int | None:
    """Return how much of a signature is written; None where nobody counts. [%]."""
    if task.kind is not TaskKind.SIGN or not task.stage:
        return None
    if task.stage == Stage.BOOKS:
        return METERING_SHARE
    return METERING_SHARE * task.done // task.of if task.of else 0


def findings(viewer: Viewer, found: Findings) -> list[Component | None]:
    """Return what is wrong with a file: by sheet, row and column, with what to do next."""
    words = viewer.say("takeover_page.found", file=found.file, number=found.count)
    more = found.count - len(found.problems)
    differing = [total for total in found.totals if not agrees(total)]
    return [
        notice(words, good=False),
        html.Div(findings_grid(viewer, found), className="wide-only"),
        html.Div(findings_list(viewer, found), className="narrow-only"),
        html.P(viewer.say("twin.more", count=more), className="subtitle") if more > 0 else None,
        html.P(
            [
                html.A(
                    form.upper(),
                    href=f"/download/tables/{FINDINGS}.{form}",
                    download="",
                    className="twin-file",
                )
                for form in SheetFormat
            ],
            className="twin-files",
        ),
        totals_table(viewer, differing) if differing else None,
    ]


def findings_list(viewer: Viewer, found: Findings) -> list[Component | None]:
    """Return the first findings one below the other, for narrow screens."""
    items = [
        html.Li(
            [
                html.Strong(
                    [html.Bdi(f"“{each.sheet}”"), *_place(viewer, each.row, each.column)],
                ),
                html.P(each.cause(viewer.language)),
            ]
        )
        for each in found.problems[:MOST_LISTED]
    ]
    more = len(found.problems) - MOST_LISTED
    rest = html.P(viewer.say("twin.more", count=more), className="subtitle") if more > 0 else None
    return [html.Ul(items, className="findings-list"), rest]


def _place(viewer: Viewer, row: int, column: str) -> list[str]:
    told = [f"{head(viewer, 'row')} {row}"] if row else []
    return [f" · {part}" for part in [*told, column] if part]


def findings_grid(viewer: Viewer, found: Findings) -> Component:
    """Return the findings as a grid that filters by each of its columns."""
    widths = {"sheet": 130, "row": 76, "column": 130, "problem": 300}
    columns = [
        {
            "field": name,
            "headerName": head(viewer, name),
            "minWidth": widths[name],
            "flex": 5 if name == "problem" else 1,
            "wrapText": name == "problem",
            "autoHeight": name == "problem",
            "filter": "agTextColumnFilter",
        }
        for name in PLACES
    ]
    few = len(found.problems) <= FEW
    grid: Component = dag.AgGrid(
        columnDefs=columns,
        rowData=[dict(zip(PLACES, row, strict=True)) for row in finding_rows(viewer, found)],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "floatingFilter": True,
            "suppressHeaderFilterButton": True,
        },
        dashGridOptions={
            "theme": grid_theme(viewer.theme),
            "localeText": grid_words(viewer)
            | {"noRowsToShow": viewer.say("takeover_page.no_finding")},
            "enableCellTextSelection": True,
            "domLayout": "autoHeight" if few else "normal",
        },
        style={"height": None} if few else {"height": "60vh"},
        className="grid findings-grid",
    )
    return grid


def finding_rows(viewer: Viewer, found: Findings) -> Iterable[tuple[str, int | None, str, str]]:
    """Yield sheet, row, column, cause with its next step; no row is the sheet as a whole."""
    for each in found.problems:
        yield each.sheet, each.row or None, each.column, each.cause(viewer.language)


def totals_table(viewer: Viewer, totals: Iterable[Mapping[str, Any]]) -> Component:
    """Return control totals, ours beside what the old system states."""
    keys = ("sheet", ">count", ">stated_count", ">sum", ">stated_sum", "agrees")
    cells = [_total(viewer, total) for total in totals]
    return table(heads(viewer, keys), cells, name="takeover-totals")


def agrees(total: Mapping[str, Any]) -> bool:
    """Return whether a sheet's count and sum are what the old system states."""
    ours = (Decimal(total["count"]), _decimal(total["sum"]))
    theirs = (_decimal(total["stated_count"]), _decimal(total["stated_sum"]))
    empty_sheet = not ours[0] and theirs[0] is None
    return empty_sheet or (ours[0] == theirs[0] and ours[1] in {None, theirs[1]})


def _total(viewer: Viewer, total: Mapping[str, Any]) -> Sequence[Children]:
    """Return a sheet's count and sum beside what the old system states."""
    names = ("count", "stated_count", "sum", "stated_sum")
    values = [_decimal(None if total[name] is None else str(total[name])) for name in names]
    shown = [NOTHING if value is None else number(viewer.language, value) for value in values]
    right = agrees(total)
    word = viewer.say(f"takeover_page.{'agrees' if right else 'differs'}")
    told = badge(word, "good" if right else "bad")
    return [f"“{total['sheet']}”", *shown, told]  # the name as the workbook has it


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def head(viewer: Viewer, key: str) -> str:
    """Return the head of a column."""
    return viewer.say(f"takeover.head.{key}")


def heads(viewer: Viewer, keys: Sequence[str]) -> list[str]:
    """Return the heads of columns; one that starts with ">" is right-aligned."""
    return [(">" if key[0] == ">" else "") + head(viewer, key.lstrip(">")) for key in keys]
