"""Step 5a. From: one alert's story. To: the forms of what may be done with it. Pure."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import panel
from dashboards.pages.alerts.acts import ASSIGN, CLOSE, SHELVE, UNSHELVE, about_alert
from dashboards.queries.alert_rows import AlertStory
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.alerting.causes import AlertCause
from energy.alerting.severity import duty_of

SHELVES = (15, 60, 240, 480, 1440, 4320, 10_080)
"""What may be chosen, as far as the severity allows it. [min]"""
LONGEST = 500
"""Signs of a reason."""


def acts_panel(viewer: Viewer, told: AlertStory) -> Component | None:
    """Return the forms for who may act; None where nothing is to be done any more."""
    row = told.row
    if not viewer.scope.may(Right.ACKNOWLEDGE) or row.cause:
        return None
    about = about_alert(row.alert, row.position)
    forms: list[Component | None] = []
    if row.closed_at is None:
        forms += [_assign(viewer, told, about), _shelf(viewer, told, about)]
    if row.cleared_at is not None:
        forms.append(_close(viewer, about))
    return panel(viewer.say("alert_page.acts"), forms, name="alert-acts") if forms else None


def _assign(viewer: Viewer, told: AlertStory, about: str) -> Component | None:
    if not told.people:
        return None
    own = str(viewer.scope.person)
    people = {str(person): name for person, name in told.people}
    chosen = own if own in people else next(iter(people))
    field = Field(name="to", label="alert_act.to", kind=Kind.CHOICE, choices=people, value=chosen)
    return act_form(viewer, ASSIGN, about, [field], button="alert_act.assign", quiet=True)


def _shelf(viewer: Viewer, told: AlertStory, about: str) -> Component | None:
    if told.row.shelved_until is not None:
        return act_form(viewer, UNSHELVE, about, [], button="alert_act.unshelve")
    if told.row.cleared_at is not None:
        return None
    most = int(duty_of(told.row.severity).shelf.total_seconds()) // 60
    fields = [
        Field(
            name="minutes",
            label="alert_act.minutes",
            kind=Kind.CHOICE,
            choices={str(n): _span(viewer, n) for n in SHELVES if n <= most},
            value=str(SHELVES[0]),
        ),
        Field(name="reason", label="alert_act.reason"),
    ]
    return act_form(viewer, SHELVE, about, fields, button="alert_act.shelve", quiet=True)


def _span(viewer: Viewer, minutes: int) -> str:
    for unit, length in (("d", 1440), ("h", 60)):
        if minutes % length == 0:
            return viewer.say(f"alert_act.{unit}", n=minutes // length)
    return viewer.say("alert_act.min", n=minutes)


def _close(viewer: Viewer, about: str) -> Component:
    causes = {str(cause): viewer.say(f"alert_cause.{cause}") for cause in AlertCause}
    fields = [
        Field(
            name="cause",
            label="alert_act.cause",
            kind=Kind.CHOICE,
            choices=causes,
            value=str(AlertCause.FAULT),
        ),
        Field(name="words", label="alert_act.words", kind=Kind.WORDS, longest=LONGEST),
    ]
    return act_form(viewer, CLOSE, about, fields, button="alert_act.close")
