"""Step 6, shown. From: an issued bill on other days of knowledge. To: its slider and figures. Pure.

The slider goes from what the bill knew when it was drafted to what is known now, and stops where
something arrived for this bill. The bill itself is never another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from billing.corrections.anew import Known
from billing.corrections.as_known import Arrived, KnownStep
from billing.corrections.causes import reason_of
from dashboards.components.figure_number import Why, figure_number
from dashboards.components.pieces import (
    Children,
    data_age,
    empty,
    facts,
    link,
    notice,
    panel,
    table,
)
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, amount_text, day_text, instant_text, money
from dashboards.pages.corrections.layout import PATH as CORRECTIONS
from dashboards.pages.corrections.layout import charges_table, signed_money, state_word
from dashboards.queries.known_rows import KnownBill, KnownSteps
from dashboards.queries.rows import Answer
from dashboards.told import codes_text
from dashboards.viewer import Viewer
from energy.base.units import Utility

SLIDER, BODY = "known-slider", "known-body"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """The states of knowledge of a bill, and the one that the address names."""

    steps: KnownSteps
    chosen: Known | None = None
    """None for the bill as it was issued."""

    def stops(self) -> tuple[KnownStep, ...]:
        """Return the steps; one that the address names and nothing arrived at stands among them."""
        steps = self.steps.steps
        if self.chosen is None or any(each.known == self.chosen for each in steps):
            return steps
        own = self.chosen
        before = [each for each in steps[:-1] if _order(each.known) <= _order(own)]
        return (*before, KnownStep(known=own, at=None), *steps[len(before) :])


def _order(known: Known) -> tuple[int, int]:
    return known.metering, known.books


def path_of(invoice: UUID | str, known: Known | None) -> str:
    """Return the address of a bill as known at two positions."""
    said = "" if known is None else f"/known/{known.metering}-{known.books}"
    return f"/bills/{invoice}{said}"


def known_panel(viewer: Viewer, model: KnownModel, *, zone: ZoneInfo) -> Component:
    """Return the slider, and what arrived or what the bill would be."""
    invoice, stops = model.steps.invoice, model.stops()
    here = next((n for n, each in enumerate(stops) if each.known == model.chosen), 0)
    here = 0 if model.chosen is None else here
    learned = [each for each in stops[1:] if each.points or each.topics]
    if model.chosen is None and not learned:
        return panel(
            viewer.say("known.title"),
            [
                html.P(viewer.say("known.nothing"), className="subtitle"),
                link(viewer.say("known.try_now"), path_of(invoice, stops[-1].known), name="known"),
            ],
            name="known",
        )
    body: list[Component] = [_slider(viewer, invoice, stops, here, zone)]
    if model.chosen is None:
        body += [
            html.P(viewer.say("known.hint"), className="subtitle"),
            _steps(viewer, invoice, stops, zone),
        ]
    else:
        body.append(_waiting(viewer, invoice, model.chosen, step_text(viewer, stops, here, zone)))
    return panel(viewer.say("known.title"), body, name="known")


def step_text(viewer: Viewer, stops: Sequence[KnownStep], n: int, zone: ZoneInfo) -> str:
    """Return when a step's knowledge was reached."""
    if n == 0:
        return viewer.say("known.issued")
    if n == len(stops) - 1:
        return viewer.say("known.now")
    if stops[n].at is None:
        return viewer.say("known.position", position=stops[n].known.metering)
    return instant_text(viewer.language, stops[n].at, zone)


def _slider(
    viewer: Viewer, invoice: UUID, stops: Sequence[KnownStep], here: int, zone: ZoneInfo
) -> Component:
    last = len(stops) - 1
    pairs = " ".join(f"{each.known.metering}-{each.known.books}" for each in stops)
    ends = {0: viewer.say("known.issued"), last: viewer.say("known.now")}
    said = step_text(viewer, stops, here, zone)

    def beside(n: int, key: str) -> Component:
        if not 0 <= n <= last:
            return html.Span(viewer.say(key), className="known-step off")
        known = None if n == 0 else stops[n].known
        return link(viewer.say(key), path_of(invoice, known), name="known-step")

    slider = dmc.Slider(
        id={"type": SLIDER, "invoice": str(invoice), "pairs": pairs},
        min=0,
        max=last,
        step=1,
        value=here,
        marks=[{"value": n, "label": ends.get(n, "")} for n in range(last + 1)],
        restrictToMarks=True,
        updatemode="mouseup",
        label=None,
        thumbLabel=f"{viewer.say('known.title')}: {said}",
        className="known-slider",
    )
    return html.Div(
        [
            slider,
            html.P(
                [
                    beside(here - 1, "known.before"),
                    html.Strong(said, className="known-at"),
                    beside(here + 1, "known.behind"),
                ],
                className="known-where",
            ),
        ],
        className="known-head",
    )


def _steps(viewer: Viewer, invoice: UUID, stops: Sequence[KnownStep], zone: ZoneInfo) -> Component:
    """Return the steps at which something arrived, each a link to the bill as known there."""
    rows: list[Sequence[Children]] = [
        [
            link(step_text(viewer, stops, n, zone), path_of(invoice, each.known), name="known"),
            ", ".join([*each.points, *(topic_text(viewer, topic) for topic in each.topics)]),
            f"{each.known.metering} / {each.known.books}",
        ]
        for n, each in enumerate(stops)
        if n and (each.points or each.topics)
    ]
    head = [viewer.say(f"known.head_{key}") for key in ("when", "bears_on", "positions")]
    return table([*head[:2], f">{head[2]}"], rows, name="known-steps")


def _waiting(viewer: Viewer, invoice: UUID, known: Known, said: str) -> Component:
    """Return what stands where the figures will, until they are drafted."""
    return html.Div(
        html.P(viewer.say("known.working", when=said), className="working", role="status"),
        id={
            "type": BODY,
            "invoice": str(invoice),
            "metering": known.metering,
            "books": known.books,
        },
    )


def topic_text(viewer: Viewer, topic: str) -> str:
    """Return what an entry of the books is about."""
    return viewer.say(f"known.topic_{topic.partition('.')[0]}")


def known_body(viewer: Viewer, answer: Answer[KnownBill], *, zone: ZoneInfo) -> list[Component]:
    """Return old and new figure, what arrived in between, and each charge before and after."""
    told = answer.rows
    found, currency = told.found, told.currency
    difference = found.now - found.was
    pairs: list[tuple[str, Children]] = [
        (viewer.say("known.was"), money(viewer.language, found.was, currency)),
        (viewer.say("known.now_total"), _number(viewer, answer)),
        (
            viewer.say("corrections.head_difference"),
            html.Strong(signed_money(viewer, difference, currency), className="bill-total"),
        ),
        (
            viewer.say("corrections.head_why"),
            reason_of(found.causes)[viewer.language] if found.causes else NOTHING,
        ),
        (viewer.say("why.position"), f"{found.known.metering} / {found.known.books}"),
        (viewer.say("known.correction"), _corrections(viewer, told)),
    ]
    parts: list[Component] = [
        html.Div(
            [facts(pairs, name="known"), data_age(viewer, answer.age_s, answer.as_of)],
            className="known-figures",
        )
    ]
    if found.barred:
        codes = codes_text(viewer, found.barred)
        parts.append(notice(viewer.say("known.barred", codes=codes), good=False))
    parts.append(html.H3(viewer.say("known.arrived")))
    parts.append(_arrived(viewer, told, zone))
    if found.charges:
        parts.append(html.H3(viewer.say("corrections.charges")))
        parts.append(charges_table(viewer, found.charges, currency))
        subject = f"{told.invoice}_{found.known.metering}_{found.known.books}"
        parts.append(twin(viewer, f"known~{subject}", ""))
    return parts


def _number(viewer: Viewer, answer: Answer[KnownBill]) -> Component:
    """Return what the bill would be, which says what it rests on when asked."""
    told = answer.rows
    why = Why(
        source=told.number,
        formula=viewer.say("bill_why.anew"),
        age_s=answer.age_s,
        as_of=told.found.known.metering,
    )
    text = money(viewer.language, told.found.now, told.currency)
    return html.Strong(figure_number(viewer, text, "", why), className="bill-total")


def _corrections(viewer: Viewer, told: KnownBill) -> Component:
    """Return the corrections proposed about the bill, or who would propose one."""
    if not told.corrections:
        same = not told.found.charges
        return html.Span(viewer.say("known.no_correction" if same else "known.not_proposed"))
    return html.Div(
        [
            html.Div(
                [
                    link(row.name, f"{CORRECTIONS}/{row.name}", name="to-correction"),
                    " ",
                    state_word(viewer, row.state),
                    f" {signed_money(viewer, row.total, told.currency)}",
                ]
            )
            for row in told.corrections
        ]
    )


def _arrived(viewer: Viewer, told: KnownBill, zone: ZoneInfo) -> Component:
    if not told.found.arrived:
        return empty(viewer.say("known.none_arrived"))
    rows: list[Sequence[Children]] = [
        [
            instant_text(viewer.language, each.at, zone),
            _what(viewer, each, told),
            _point(each),
            _days(viewer, each),
            _difference(viewer, each),
            _position(viewer, each),
        ]
        for each in told.found.arrived
    ]
    keys = ("when", "what", "point", "days", ">change", ">position")
    head = [
        f"{'>' if key[0] == '>' else ''}{viewer.say('known.head_' + key.lstrip('>'))}"
        for key in keys
    ]
    return table(head, rows, name="known-arrived")


def _what(viewer: Viewer, each: Arrived, told: KnownBill) -> Component:
    """Return what arrived, from where or by whom, and why."""
    if each.journal == "books":
        return html.Span([topic_text(viewer, each.kind), " ", html.Code(each.kind)])
    by = None if each.by is None else told.people.get(each.by, "?")
    said = ", ".join(word for word in (by, each.source, each.reason) if word)
    kind = viewer.say(f"known.kind_{each.kind}")
    return html.Span(f"{kind}: {said}" if said else kind, className="known-what")


def _point(each: Arrived) -> Children:
    return link(each.point, f"/meters/{each.point}", name="point") if each.point else NOTHING


def _days(viewer: Viewer, each: Arrived) -> str:
    if each.first_day is None or each.last_day is None:
        return NOTHING
    days = dict.fromkeys((each.first_day, each.last_day))
    return " – ".join(day_text(viewer.language, day) for day in days)  # a span


def _difference(viewer: Viewer, each: Arrived) -> str:
    if each.difference is None or each.utility not in set(Utility):
        return NOTHING
    sign = "+" if each.difference > 0 else ""
    return sign + amount_text(viewer.language, Utility(each.utility), each.difference)


def _position(viewer: Viewer, each: Arrived) -> str:
    """Return where it stands, with the journal's name."""
    span = dict.fromkeys((each.first_position, each.last_position))
    return f"{viewer.say(f'known.journal_{each.journal}')} {'–'.join(map(str, span))}"
