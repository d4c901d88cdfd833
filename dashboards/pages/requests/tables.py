"""In: a tab, a month. Out: the tables behind the list and the figures. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from billing.ledger.sheets import Cell, Sheet
from dashboards.components.work_pieces import class_words, clock_words
from dashboards.pages.incidents.tables import instant_cell
from dashboards.pages.parts import Parts
from dashboards.queries.request_rows import RequestLine, RequestTab
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_HEADS = ("request", "words", "kind", "category", "channel", "tenant", "class", "state", "owner")


def board_sheet(tab: RequestTab, parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the requests of a tab, with both clocks."""
    del selection
    told = parts.queries.requests(viewer.scope, tab).rows
    heads = [viewer.say(f"cli.request_head.{name}") for name in (*_HEADS, "heard")]
    for name in ("response", "resolution"):
        clock = viewer.say(f"cli.request.{name}")
        heads += [clock, f"{clock}: {viewer.say('cli.request_head.due')}"]
    return Sheet(
        name=f"requests_{tab}",
        heads=tuple(heads),
        rows=[_cells(viewer, line, parts.settings.zone) for line in told.lines],
    )


def _cells(viewer: Viewer, line: RequestLine, zone: ZoneInfo) -> list[Cell]:
    row = line.row
    cells: list[Cell] = [
        row.number,
        line.said_first,
        viewer.say(f"cli.request_kind.{row.kind}"),
        viewer.say(f"cli.request_category.{row.category}"),
        viewer.say(f"cli.request_channel.{row.channel}"),
        line.tenant_name,
        class_words(viewer, line.level),
        viewer.say(f"cli.request_state.{row.state}"),
        line.owner,
        instant_cell(row.heard_at, zone),
    ]
    for clock in (line.clocks.response, line.clocks.resolution):
        cells += [clock_words(viewer, clock)[0], instant_cell(clock.due_at, zone)]
    return cells


def figures_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the figures of the selected month and of those before it."""
    told = parts.queries.request_figures(viewer.scope, selection.first).rows
    names = ("month", "heard", "response", "resolution", "first_contact", "satisfaction")
    return Sheet(
        name="request_figures",
        heads=tuple(viewer.say(f"cli.request_figure.{name}") for name in names),
        rows=[
            [
                f"{each.month:%Y-%m}",
                each.heard,
                *(
                    f"{part.of_them}/{part.all_of}"
                    for part in (each.response, each.resolution, each.first_contact)
                ),
                each.satisfaction,
            ]
            for each in (*told.before, told.told)
        ],
    )


REQUEST_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    "request_figures": figures_sheet,
    **{f"requests_{tab}": partial(board_sheet, tab) for tab in RequestTab},
}
