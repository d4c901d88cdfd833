"""Step 5a. From: a supply case and who looks. To: the forms of what may be done with it. Pure.

The page decides nothing: what a step needs to end is looked up by the domain when it is said.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import facts, link, notice, panel
from dashboards.components.work_forms import NONE, choice_field, more, words_field
from dashboards.components.work_pieces import WORK
from dashboards.pages.cases.acts import (
    ACCEPT,
    OFFER,
    ORDER,
    QUOTE,
    REFUSE,
    RESUME,
    STEP,
    TAKE,
    WAIT,
    WITHDRAW,
)
from dashboards.pages.cases.pieces import step_words
from dashboards.pages.subjects import about_seen
from dashboards.queries.case_rows import CasePage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.cases.kinds import CaseState, CaseStep
from energy.service.work.kinds import OrderState, WaitsFor

_ASKED: dict[CaseStep, tuple[str, ...]] = {
    CaseStep.SURVEY: ("point",),
    CaseStep.CONTRACT: ("account", "contract"),
    CaseStep.COMMISSIONING: ("point",),
    CaseStep.DISCONNECTION: ("switching",),
}
"""What is said at the end of a step, beside words."""


def next_panel(viewer: Viewer, told: CasePage) -> Component | None:
    """Return the step that it is at, what proves it, and the form that ends it."""
    row = told.line.row
    if row.state is not CaseState.OPEN or not viewer.scope.may(Right.CASES):
        return None
    about = about_seen(row.supply_case, row.position)
    proof = html.P(viewer.say(f"case_proof.{row.step}"), className="case-proof")
    parts: list[Component | None] = []
    if row.offered == viewer.scope.person:
        parts.append(act_form(viewer, TAKE, about, [], button="case_form.take"))
    parts.append(proof)
    if row.step is CaseStep.QUOTATION:
        parts += _quotation(viewer, told, about)
    elif row.waits_for:
        waits = viewer.say(f"cli.work_waits.{row.waits_for}")
        words = viewer.say("case_page.stands", what=waits, words=row.waits_words)
        parts += [
            notice(words, good=False),
            act_form(viewer, RESUME, about, [], button="case_form.resume"),
        ]
    elif row.step is CaseStep.WORK:
        parts += _work(viewer, told, about)
    else:
        parts.append(_end(viewer, told, about))
    title = viewer.say("case_page.next", step=step_words(viewer, row.step))
    return panel(title, parts, name="case-next")


def _end(viewer: Viewer, told: CasePage, about: str) -> Component:
    """Return the form that ends the step; what is known already stands in it."""
    row = told.line.row
    known = {"point": row.point, "account": row.account or row.leaving}
    fields = [
        Field(name=name, label=f"case_form.{name}", value=known.get(name, ""))
        for name in _ASKED.get(row.step, ())
    ]
    fields.append(words_field("words", "case_form.words"))
    return act_form(viewer, STEP, f"{about}/{row.step}", fields, button="case_form.end")


def _work(viewer: Viewer, told: CasePage, about: str) -> list[Component | None]:
    """Return the form that makes the work order, or the order and the end of the step."""
    if told.order is None or told.order is OrderState.CANCELLED:
        if not told.levels:
            return [html.P(viewer.say("incident_page.no_levels"), className="empty")]
        levels = {each.key: viewer.named(each.name) for each in told.levels}
        lists = {NONE: viewer.say("work_form.none")}
        lists |= {key: viewer.named(name) for key, name in told.checklists.items()}
        fields = [
            Field(
                name="level",
                label="work_form.level",
                kind=Kind.CHOICE,
                choices=levels,
                value=next(iter(levels)),
            ),
            Field(
                name="checklist",
                label="work_form.checklist",
                kind=Kind.CHOICE,
                choices=lists,
                value=NONE,
            ),
        ]
        return [act_form(viewer, ORDER, about, fields, button="case_form.order")]
    to = link(told.story.order, f"{WORK}/{told.story.order}")
    state = viewer.say(f"cli.work_state.{told.order}")
    return [
        facts(
            [(viewer.say("cli.case_head.order"), to), (viewer.say("cli.case_head.state"), state)],
            name="case-facts",
        ),
        _end(viewer, told, about),
    ]


def _quotation(viewer: Viewer, told: CasePage, about: str) -> list[Component | None]:
    """Return the forms of an offer: given by who issues bills, and its acceptance."""
    row, parts = told.line.row, list[Component | None]()
    if row.lapses_at is not None:
        parts.append(act_form(viewer, ACCEPT, about, [], button="case_form.accept"))
    elif row.waits_for:
        parts.append(act_form(viewer, RESUME, about, [], button="case_form.resume"))
        return parts
    if not viewer.scope.may(Right.ISSUE):
        parts.append(html.P(viewer.say("case_page.clerk_quotes"), className="subtitle"))
        return parts
    fields = [
        Field(
            name="items",
            label="case_form.items",
            kind=Kind.WORDS,
            longest=4000,
            hint=viewer.say("case_form.items_hint"),
        ),
        Field(name="tax", label="case_form.tax", hint="20"),
        Field(name="until", label="case_form.until", kind=Kind.DAY),
    ]
    quiet = row.lapses_at is not None
    parts.append(act_form(viewer, QUOTE, about, fields, button="case_form.quote", quiet=quiet))
    return parts


def other_panel(viewer: Viewer, told: CasePage) -> Component | None:
    """Return what else may be done: wait, hand over, refuse, withdraw."""
    row = told.line.row
    if row.state is not CaseState.OPEN or not viewer.scope.may(Right.CASES):
        return None
    about = about_seen(row.supply_case, row.position)
    reason = [words_field("reason", "case_form.reason")]
    waits = [
        choice_field(
            viewer,
            "waits_for",
            "work_form.waits_for",
            WaitsFor,
            "cli.work_waits",
            WaitsFor.CUSTOMER,
        ),
        words_field("words", "case_form.what_for"),
    ]
    people = {str(who): name for who, name in told.people if who != row.owner}
    offer = [
        Field(
            name="to",
            label="work_form.to",
            kind=Kind.CHOICE,
            choices=people,
            value=next(iter(people), ""),
        )
    ]
    forms = [
        ("wait_title", WAIT, waits, "case_form.wait") if not row.waits_for else None,
        ("offer_title", OFFER, offer, "case_form.offer") if people else None,
        ("refuse_title", REFUSE, reason, "case_form.refuse"),
        ("withdraw_title", WITHDRAW, reason, "case_form.withdraw"),
    ]
    body = [
        more(viewer, f"case_form.{title}", act_form(viewer, act, about, fields, button=button))
        for title, act, fields, button in (each for each in forms if each is not None)
    ]
    return panel(viewer.say("case_page.other"), body, name="case-acts")
