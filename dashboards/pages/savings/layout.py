"""Step 5a. From: savings against a baseline. To: the page's layout. Pure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, figure_number
from dashboards.components.notes import note_list
from dashboards.components.pieces import (
    chart,
    data_age,
    empty,
    facts,
    page,
    panel,
    share_badge,
    tile,
)
from dashboards.components.toolbar import span_text, toolbar
from dashboards.components.twin import twin
from dashboards.figures.savings_days import Savings
from dashboards.figures.savings_lines import SavingsTexts, cusum_line, expected_lines
from dashboards.formats import NOTHING, amount, amount_in, day_text, number, significant, unit_for
from dashboards.pages.savings.view_model import SavingsModel
from dashboards.queries.load_rows import LoadRange
from dashboards.queries.rows import Answer
from dashboards.selection import Selection
from dashboards.viewer import Viewer

PATH = "/savings"
_TENTH = Decimal("0.1")


def savings_page(
    viewer: Viewer, model: SavingsModel, selection: Selection, *, zone: ZoneInfo
) -> Component:
    """Return the page."""
    bar = toolbar(
        viewer,
        selection,
        PATH,
        utilities=model.load.utilities,
        places=model.load.places,
        baseline=True,
    )
    title = viewer.say("savings_page.title")
    answer, savings = model.load.load, model.savings
    if answer is None or savings is None:
        said = "load_page.no_place" if model.load.utilities else "overview.no_meters"
        return page(title, [bar, empty(viewer.say(said))], name="savings")
    if not savings.counted:
        key = "no_baseline" if not savings.baseline_known else "nothing"
        said = viewer.say(f"savings_page.{key}")
        return page(title, [bar, empty(said)], name="savings")
    return page(
        title,
        [
            bar,
            html.Div(_tiles(viewer, answer, savings), className="tiles"),
            _figures(viewer, answer, savings, selection),
            _grounds(viewer, savings, selection),
            _adjustments(viewer, answer.rows, zone),
        ],
        name="savings",
    )


def _tiles(viewer: Viewer, answer: Answer[LoadRange], savings: Savings) -> list[Component]:
    utility = answer.rows.utility

    def shown(value: Fraction | int, how: str) -> Component:
        said = amount(viewer.language, utility, round(value))
        return figure_number(viewer, *said, _why(viewer, answer, how), name="tile")

    counted = Fraction(savings.counted, max(savings.due, savings.counted))
    sure = viewer.say("savings_page.unsure")
    if savings.uncertainty is not None:
        unit = unit_for(utility, round(savings.avoided))
        half = amount_in(viewer.language, unit, round(savings.uncertainty.half_width))
        sure = viewer.say("savings_page.sure", amount=half)
    share = figure_number(
        viewer, _percent(viewer, savings.share), "%", _why(viewer, answer, "share"), name="tile"
    )
    return [
        tile(viewer.say("savings_page.expected"), shown(savings.expected, "expected")),
        tile(
            viewer.say("savings_page.actual"),
            shown(savings.actual, "actual"),
            share_badge(viewer, "savings_page.counted", counted),
        ),
        tile(viewer.say("savings_page.avoided"), shown(savings.avoided, "avoided"), sure),
        tile(viewer.say("savings_page.share"), share, _verdict(viewer, savings)),
    ]


def _why(viewer: Viewer, answer: Answer[LoadRange], how: str) -> Why:
    utility = viewer.say(f"utility.{answer.rows.utility}")
    return Why(
        source=viewer.say("why.site", utility=utility),
        formula=viewer.say(f"savings_why.{how}"),
        age_s=answer.age_s,
        as_of=answer.as_of,
    )


def _verdict(viewer: Viewer, savings: Savings) -> str:
    """Return whether the avoided amount stands out of its uncertainty."""
    if savings.uncertainty is None:
        return ""
    clear = abs(float(savings.avoided)) > savings.uncertainty.half_width
    return viewer.say("savings_page.clear" if clear else "savings_page.unclear")


def _percent(viewer: Viewer, share: Fraction | None) -> str:
    if share is None:
        return NOTHING
    value = Decimal(100 * share.numerator) / share.denominator
    return number(viewer.language, value.quantize(_TENTH))


def _figures(
    viewer: Viewer, answer: Answer[LoadRange], savings: Savings, selection: Selection
) -> Component:
    rows = answer.rows
    texts = SavingsTexts(
        expected=viewer.say("savings_page.expected"),
        actual=viewer.say("savings_page.actual"),
        cusum=viewer.say("savings_page.cusum"),
    )
    said = viewer.say(
        "flow_page.what",
        utility=viewer.say(f"utility.{rows.utility}"),
        place=rows.place or viewer.say("toolbar.site"),
        span=span_text(viewer, selection),
    )
    panels = []
    for name, draw in (("course", expected_lines), ("cusum", cusum_line)):
        figure = draw(
            savings,
            utility=rows.utility,
            language=viewer.language,
            theme=viewer.theme,
            texts=texts,
        )
        what = viewer.say(f"savings_page.{name}_what")
        body = [
            html.P(said if name == "course" else what, className="subtitle"),
            chart(
                figure,
                chart_id=f"savings-{name}",
                label=f"{said}. {what}",
                language=viewer.language,
            ),
            twin(viewer, "savings", selection.search()) if name == "course" else None,
        ]
        title = viewer.say(f"savings_page.{name}_title")
        aside = data_age(viewer, answer.age_s, answer.as_of)
        panels.append(html.Div(panel(title, body, aside=aside, name=f"savings-{name}")))
    return html.Div(panels, className="columns columns-shapes")


def _grounds(viewer: Viewer, savings: Savings, selection: Selection) -> Component:
    """Return the model and every term of the uncertainty."""
    first, last = (day_text(viewer.language, day) for day in selection.baseline())
    pairs = [
        (viewer.say("compare.baseline"), f"{first} – {last}"),
        (
            viewer.say("savings_page.baseline_known"),
            viewer.say(
                "savings_page.hours", known=savings.baseline_known, hours=savings.baseline_hours
            ),
        ),
        (
            viewer.say("savings_page.reported"),
            viewer.say("savings_page.hours", known=savings.counted, hours=savings.due),
        ),
    ]
    told = savings.uncertainty
    if told is not None:
        whole = (("n", told.n), ("p", told.p))
        terms = {
            "m": told.m,
            "cv": 100 * told.cv,
            "rho": told.rho,
            "n_effective": told.n_effective,
            "t": told.t,
        }
        pairs += [(viewer.say(f"savings_term.{name}"), str(told_n)) for name, told_n in whole]
        pairs += [
            (viewer.say(f"savings_term.{name}"), _term(viewer, value))
            for name, value in terms.items()
        ]
    return panel(
        viewer.say("savings_page.model"),
        [
            html.P(viewer.say("savings_page.model_what"), className="subtitle"),
            facts(pairs, name="savings-terms"),
        ],
        name="savings-model",
    )


def _term(viewer: Viewer, value: float) -> str:
    return number(viewer.language, significant(Decimal(repr(value))))


def _adjustments(viewer: Viewer, rows: LoadRange, zone: ZoneInfo) -> Component:
    """Return what the expected usage was not adjusted for, and what people noted meanwhile."""
    return panel(
        viewer.say("savings_page.adjustments"),
        [
            html.P(viewer.say("savings_page.no_adjustments")),
            html.P(viewer.say("savings_page.notes")) if rows.notes else None,
            note_list(viewer, rows.notes, zone=zone, edit=False),
        ],
        name="savings-adjustments",
    )
