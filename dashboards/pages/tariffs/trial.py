"""In: an account's bills under another tariff. Out: the page that compares them. Pure."""

from __future__ import annotations

from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, data_age, empty, link, page, panel, table
from dashboards.formats import NOTHING, day_text, money
from dashboards.pages.tariffs.layout import name_of, path_of
from dashboards.queries.rows import Answer
from dashboards.queries.tariff_rows import Trial, TrialBill
from dashboards.told import codes_text
from dashboards.viewer import Viewer


def trial_page(viewer: Viewer, answer: Answer[Trial]) -> Component:
    """Return the page of a trial: bill by bill, what it was, what it would be, the difference."""
    rows = answer.rows
    name = name_of(viewer, rows.row)
    return page(
        viewer.say("tariff_page.trial", tariff=name, account=rows.account),
        panel(
            rows.name,
            [
                html.P(viewer.say("tariff_page.try_what"), className="subtitle"),
                _table(viewer, rows),
            ],
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="trial",
        ),
        name="trial",
        crumbs=[
            link(viewer.say("tariff_page.title"), "/tariffs"),
            link(name, path_of(rows.row)),
            html.Span(rows.account),
        ],
    )


def _table(viewer: Viewer, rows: Trial) -> Component:
    if not rows.bills:
        return empty(viewer.say("tariff_page.no_bills"))
    heads = ["bill", ">was", ">now", ">difference", "days"]
    titles = [
        (">" if head.startswith(">") else "") + viewer.say(f"tariff_page.{head.removeprefix('>')}")
        for head in heads
    ]
    whole: list[Children] = [
        html.Strong(viewer.say("tariff_page.sum")),
        *(
            html.Strong(money(viewer.language, value, rows.currency))
            for value in (rows.was, rows.now)
        ),
        html.Strong(_change(viewer, rows.now - rows.was, rows.currency)),
        "",
    ]
    return table(titles, [*(_bill(viewer, rows, bill) for bill in rows.bills), whole], name="trial")


def _bill(viewer: Viewer, rows: Trial, bill: TrialBill) -> list[Children]:
    def said(value: Decimal | None) -> str:
        return NOTHING if value is None else money(viewer.language, value, rows.currency)

    first, last = (day_text(viewer.language, day) for day in (bill.first_day, bill.last_day))
    barred = viewer.say("tariff_page.barred", codes=codes_text(viewer, bill.barred))
    return [
        bill.number,
        said(bill.was),
        said(bill.now),
        barred if bill.now is None else _change(viewer, bill.now - bill.was, rows.currency),
        f"{first} – {last}",
    ]


def _change(viewer: Viewer, value: Decimal, currency: str) -> str:
    return f"{'+' if value > 0 else ''}{money(viewer.language, value, currency)}"
