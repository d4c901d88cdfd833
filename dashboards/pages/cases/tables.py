"""In: supply cases. Out: the tables behind their pages. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from billing.ledger.sheets import Cell, Sheet
from dashboards.components.work_pieces import clock_words
from dashboards.pages.cases.case import fact_words
from dashboards.pages.incidents.tables import instant_cell
from dashboards.pages.parts import Parts
from dashboards.queries.case_rows import CaseTab
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_HEADS = ("case", "kind", "state", "step", "turn", "owner", "applicant", "utility", "node")
_MORE = ("point", "account", "asked", "clock", "due")


def cases_sheet(tab: CaseTab, parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the cases of a tab."""
    del selection
    told, zone = parts.queries.supply_cases(viewer.scope, tab).rows, parts.settings.zone
    rows: list[list[Cell]] = []
    for line in told.lines:
        row, clock = line.row, line.clock
        rows.append(
            [
                row.number,
                viewer.say(f"cli.case_kind.{row.kind}"),
                viewer.say(f"cli.case_state.{row.state}"),
                viewer.say(f"cli.case_step.{row.step}"),
                viewer.say(f"cli.case_turn.{line.turn}"),
                line.owner,
                row.applicant,
                viewer.say(f"utility.{row.utility}"),
                row.node,
                row.point,
                row.account,
                instant_cell(row.asked_at, zone),
                clock_words(viewer, clock.standing)[0],
                instant_cell(clock.standing.due_at, zone),
            ]
        )
    heads = tuple(viewer.say(f"cli.case_head.{name}") for name in (*_HEADS, *_MORE))
    return Sheet(name=f"cases_{tab}", heads=heads, rows=rows)


def story_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return what happened to a case; None where there is none."""
    answer = parts.queries.supply_case(viewer.scope, subject)
    if answer is None:
        return None
    told, zone = answer.rows, parts.settings.zone
    return Sheet(
        name=told.line.row.number,
        heads=tuple(viewer.say(f"cli.case_head.{n}") for n in ("at", "act", "person", "words")),
        rows=[
            [
                instant_cell(fact.at, zone),
                viewer.say(f"cli.case_act.{fact.act}"),
                told.names.get(fact.person, "?"),
                fact_words(viewer, fact.act, fact.words),
            ]
            for fact in told.story.facts
        ],
    )


CASE_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    f"cases_{tab}": partial(cases_sheet, tab) for tab in CaseTab
}
CASE_TABLES_OF: dict[str, Callable[[Parts, Viewer, str], Sheet | None]] = {"case": story_sheet}
