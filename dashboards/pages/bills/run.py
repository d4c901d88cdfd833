"""Step 6, shown. From: a run and what is decided of it. To: its page, with approve and issue. Pure.

The page hides nothing as a protection: who may not approve is refused by the domain, in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, facts, link, notice, page, panel
from dashboards.formats import NOTHING, instant_text, money
from dashboards.pages.bills.layout import invoices_panel, span_text, state_badge, utilities_text
from dashboards.pages.bills.summary import summary_panels
from dashboards.queries.bill_rows import InvoiceRow, RunRow
from dashboards.queries.rows import Answer
from dashboards.queries.run_rows import RunReview
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

DECIDE = "decide-run"
RUN_PANEL = "run-panel"
STATES = ("rated", "approved", "issued")
"""States of a run whose exceptions and figures mean something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunModel:
    """The run page's answers."""

    run: RunRow
    review: Answer[RunReview]
    invoices: Answer[tuple[InvoiceRow, ...]]


def run_page(viewer: Viewer, model: RunModel, *, zone: ZoneInfo) -> Component:
    """Return the page of one run."""
    span = span_text(viewer, model.run)
    return page(
        viewer.say("run.title", run=span),
        [html.Div(run_panels(viewer, model, zone=zone), id=RUN_PANEL)],
        name="run",
        crumbs=[link(viewer.say("bills.title"), "/bills"), html.Span(span)],
    )


def run_panels(
    viewer: Viewer, model: RunModel, *, zone: ZoneInfo, said: Component | None = None
) -> list[Component]:
    """Return the run's facts with its steps and buttons, its figures, and its invoices."""
    run, review = model.run, model.review.rows
    return [
        panel(
            viewer.say("run.facts"),
            [
                facts(_facts(viewer, run, review, zone), name="run"),
                *_told(viewer, review),
                *([said] if said else []),
                *_buttons(viewer, run, review),
            ],
            name="run",
        ),
        panel(viewer.say("run_page.steps"), _steps(viewer, run, review), name="steps"),
        *(summary_panels(viewer, run, review) if run.state in STATES else []),
        invoices_panel(viewer, model.invoices),
    ]


def _facts(
    viewer: Viewer, run: RunRow, review: RunReview, zone: ZoneInfo
) -> list[tuple[str, Children]]:
    signed = run.state in ("approved", "issued")
    return [
        (viewer.say("runs.key"), html.Code(run.key)),
        (viewer.say("runs.state"), state_badge(viewer, run.state)),
        (
            viewer.say("bill.total"),
            html.Strong(money(viewer.language, run.total, run.currency), className="bill-total"),
        ),
        (viewer.say("runs.accounts"), str(run.accounts)),
        (viewer.say("run_page.utilities"), utilities_text(viewer, run)),
        (viewer.say("runs.opened_by"), run.opened_by or NOTHING),
        (viewer.say("runs.opened_at"), instant_text(viewer.language, run.opened_at, zone)),
        (viewer.say("runs.approved_by"), run.approved_by or NOTHING),
        (viewer.say("run.known"), f"{run.metering_position} / {run.books_position}"),
        (
            viewer.say("run_page.signed" if signed else "run_page.to_sign"),
            html.Code(review.seal, className="seal"),
        ),
    ]


def _told(viewer: Viewer, review: RunReview) -> list[Component]:
    """Return which accounts stay out, and which stand in the way."""
    rows: list[Component] = []
    for key, accounts in (("held", review.held), ("barred", review.barred)):
        if accounts:
            names = ", ".join(f"{account} {name}" for account, name in accounts.items())
            rows.append(html.P(viewer.say(f"run_page.{key}", accounts=names), className="run-told"))
    rows += [
        html.P(
            viewer.say("run_page.left_out", account=account, points=", ".join(points)),
            className="run-told",
        )
        for account, points in review.left_out.items()
    ]
    return rows


def _steps(viewer: Viewer, run: RunRow, review: RunReview) -> Component:
    """Return the way of a run, with where it stands."""
    waiting, path = review.waiting, f"/bills/runs/{run.run}"
    hangs = sum((row.found.money for row in waiting), Decimal(0))
    looked = viewer.say(
        "run_page.waiting", count=len(waiting), money=money(viewer.language, hangs, run.currency)
    )
    reached = STATES.index(run.state) if run.state in STATES else -1
    steps: Sequence[tuple[str, bool, Children]] = (
        ("draft", reached >= 0, viewer.say("run_page.draft_said", count=run.accounts)),
        (
            "exceptions",
            reached >= 0 and not waiting,
            [
                link(
                    viewer.say("run_page.exceptions_link", count=len(review.exceptions)),
                    f"{path}/exceptions",
                    name="to-exceptions",
                ),
                f" · {looked}",
            ],
        ),
        ("approve", reached >= 1, run.approved_by or viewer.say("run_page.second")),
        ("issue", reached >= 2, viewer.say("run_page.issue_said")),
        ("papers", reached >= 2, viewer.say("run_page.papers_said")),
    )
    return html.Ol(
        [
            html.Li(
                [
                    badge(viewer.say(f"run_page.step_{name}"), "good" if done else "calm"),
                    html.Span(told, className="step-said"),
                ],
                className="run-step done" if done else "run-step",
            )
            for name, done, told in steps
        ],
        className="run-steps",
    )


def _buttons(viewer: Viewer, run: RunRow, review: RunReview) -> list[Component]:
    """Return the buttons that the run's state and the viewer's roles allow."""
    offers = (("approve", "rated", Right.APPROVE), ("issue", "approved", Right.ISSUE))
    return [
        html.Button(
            viewer.say(f"run.{verb}"),
            id={"type": DECIDE, "verb": verb, "run": str(run.run), "seen": review.seal},
            className=f"button decide-{verb}",
            n_clicks=0,
        )
        for verb, state, right in offers
        if run.state == state and viewer.scope.may(right)
    ]


def decided(viewer: Viewer, verb: str, refusal: str | None) -> Component:
    """Return the answer to a decision."""
    return notice(refusal or viewer.say(f"run.{verb}_done"), good=refusal is None)
