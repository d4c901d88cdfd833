"""Step 6, shown. From: a run's figures. To: sums by utility, bridge and reconciliation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from dash.development.base_component import Component

from dashboards.components.pieces import Children, chart, empty, panel, table
from dashboards.components.twin import twin
from dashboards.figures.bridge_bars import bridge_bars
from dashboards.formats import NOTHING, money, number
from dashboards.queries.bill_rows import RunRow
from dashboards.queries.run_rows import RunReview
from dashboards.viewer import Viewer


def summary_panels(viewer: Viewer, run: RunRow, review: RunReview) -> list[Component]:
    """Return what a run comes to: against the last run, by cause, and against the supply."""
    return [
        panel(
            viewer.say("run_page.sums"),
            [
                _sums(viewer, run, review),
                twin(viewer, f"run_sums~{run.run}", ""),
            ],
            name="run-sums",
        ),
        panel(viewer.say("run_page.bridge"), _bridge(viewer, run, review), name="run-bridge"),
        panel(
            viewer.say("run_page.reconciliation"),
            _reconciliation(viewer, run, review),
            name="run-supply",
        ),
    ]


def _sums(viewer: Viewer, run: RunRow, review: RunReview) -> Component:
    head = [
        viewer.say("run_page.utility"),
        *(">" + viewer.say(f"run_page.{key}") for key in ("last_run", "this_run", "change")),
    ]
    rows: list[Sequence[Children]] = [
        [
            viewer.say(f"utility.{each.utility}"),
            _money(viewer, each.before, run.currency),
            _money(viewer, each.after, run.currency),
            change_text(viewer, each.before, each.after, run.currency),
        ]
        for each in review.sums
    ]
    return table(head, rows, name="run-sums")


def _money(viewer: Viewer, value: Decimal | None, currency: str) -> str:
    return NOTHING if value is None else money(viewer.language, value, currency)


def change_text(
    viewer: Viewer, before: Decimal | None, after: Decimal | None, currency: str
) -> str:
    """Return how much more it is, in money and per cent; nothing where one side is missing."""
    if before is None or after is None:
        return NOTHING
    change = after - before
    sign = "+" if change > 0 else ""
    told = f"{sign}{money(viewer.language, change, currency)}"
    if not before:
        return told
    share = (change * 100 / before).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{told} ({sign}{number(viewer.language, share)} %)"


def _bridge(viewer: Viewer, run: RunRow, review: RunReview) -> list[Component]:
    bridge = review.bridge
    if bridge is None:
        return [empty(viewer.say("cli.bill.no_run_before"))]
    causes = [
        (viewer.say(f"cli.bill.bridge.{cause}"), value)
        for cause, value in bridge.causes.items()
        if value
    ]
    told = [
        money(viewer.language, bridge.before, run.currency),
        *(_signed(viewer, value, run.currency) for _, value in causes),
        money(viewer.language, bridge.after, run.currency),
    ]
    before, after = viewer.say("run_page.last_run"), viewer.say("run_page.this_run")
    figure = bridge_bars(
        (before, bridge.before),
        causes,
        (after, bridge.after),
        said=told,
        theme=viewer.theme,
        axis=(run.currency, viewer.say("run_page.cut", currency=run.currency)),
    )
    names = [before, *(name for name, _ in causes), after]
    said = viewer.say(
        "run_page.bridge_what",
        run=review.before or NOTHING,
        parts=", ".join(f"{name} {value}" for name, value in zip(names, told, strict=True)),
    )
    return [
        chart(figure, chart_id="run-bridge", label=said, language=viewer.language),
        twin(viewer, f"run_bridge~{run.run}", ""),
    ]


def _signed(viewer: Viewer, value: Decimal, currency: str) -> str:
    return f"{'+' if value > 0 else ''}{money(viewer.language, value, currency)}"


def _reconciliation(viewer: Viewer, run: RunRow, review: RunReview) -> list[Component]:
    if not review.reconciliation:
        return [empty(viewer.say("run_page.nothing_billed"))]
    keys = ("supplied", "billed", "own_use", "loss")
    head = [
        viewer.say("run_page.utility"),
        *(">" + viewer.say(f"run_page.{key}") for key in keys),
        ">" + viewer.say("run_page.loss_share"),
    ]
    rows: list[Sequence[Children]] = []
    for each in review.reconciliation:
        told = each.document()
        unit = viewer.unit(str(told["unit"]))
        share = NOTHING
        if not each.unmetered_supply and each.supplied:
            part = Decimal(each.loss * 100) / each.supplied
            shown = part.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
            share = f"{number(viewer.language, shown)} %"
        rows.append(
            [
                viewer.say(f"utility.{each.utility}"),
                *(_quantity(viewer, told[key], unit) for key in keys),
                share,
            ]
        )
    return [
        table(head, rows, name="run-supply"),
        twin(viewer, f"run_supply~{run.run}", ""),
    ]


def _quantity(viewer: Viewer, value: object, unit: str) -> str:
    return NOTHING if value is None else f"{number(viewer.language, Decimal(str(value)))} {unit}"
