"""What is pressed on pages of incidents and orders: done once, as it was seen, or refused whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from dashboards.components.work_pieces import WORK
from dashboards.note_words import wall_text
from dashboards.pages.acts import perform
from dashboards.pages.incidents import acts as incidents
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.pages.subjects import UnknownSubjectError, about_seen
from dashboards.pages.work import acts as orders
from dashboards.security.scope import Role
from dashboards.told import refusal_text
from dashboards.work_commands import WorkCommands
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.metering.pinned_note import PinnedNoteError
from energy.service.work.errors import WorkError
from energy.service.work.kinds import OrderState
from tests.dashboards.fake_orders import BUSY
from tests.dashboards.fake_work_desk import FakeIncidentDesk, FakeOrderDesk
from tests.dashboards.fakes import NOW, SITE, FakeSite, commands_with
from tests.dashboards.test_pages import nodes, parts, viewer

INCIDENT, ORDER, OTHER = (id_of("thing", name) for name in ("incident", "order", "other"))
ME = id_of("person", "x")
"""Whom `viewer` returns."""
ITEMS: list[dict[str, Any]] = [
    {"key": key, "ask": ask, "answer": kind, "unit": "", "optional": False}
    for key, ask, kind in (
        ("isolated", {"en": "Proved dead?", "zh": "已验电？"}, "yes_no"),
        ("voltage", {"en": "Voltage after work", "zh": "作业后电压"}, "number"),
    )
]
DIAGNOSIS = {"problem": "no_supply", "cause": "device", "words": "terminal burnt"}


@dataclass
class Office:
    """Pages over desks that keep real incidents and orders."""

    parts: Parts
    incidents: FakeIncidentDesk
    orders: FakeOrderDesk

    def press(self, act: str, about: str, role: Role = Role.TECHNICIAN, **typed: str) -> str:
        """Press a button twice; return what was said, the same both times."""
        said = [
            perform(self.parts, viewer(role), {"act": act, "about": about}, typed) for _ in range(2)
        ]
        assert said[0] == said[1]
        return said[0] if isinstance(said[0], str) else said[0].words

    def on_incident(self, act: str, seen: int = 7, **typed: str) -> None:
        """Press a button on the incident; it happens once."""
        before = self.incidents.incident(INCIDENT).version
        self.press(act, about_seen(INCIDENT, seen), **typed)
        assert self.incidents.incident(INCIDENT).version == before + 1, act

    def on_order(self, act: str, seen: int = 7, *, events: int = 1, **typed: str) -> None:
        """Press a button on the order; it happens once."""
        before = self.orders.order(ORDER).version
        self.press(act, about_seen(ORDER, seen), **typed)
        assert self.orders.order(ORDER).version == before + events, act


@pytest.fixture
def office() -> Office:
    given = parts()
    held, ordered = FakeIncidentDesk(given.clock), FakeOrderDesk(given.clock, ITEMS)
    commands = commands_with(SITE, work=WorkCommands(SITE, held, ordered))
    return Office(replace(given, commands=commands), held, ordered)


def at(instant: datetime) -> str:
    """Return a time as it is typed: the campus is an hour ahead in July."""
    return f"{instant + timedelta(hours=1):%Y-%m-%d %H:%M}"


def test_an_incident_goes_from_page_to_page_each_press_once(office: Office) -> None:
    office.on_incident(incidents.OFFER, to=str(ME))
    office.on_incident(incidents.TAKE)
    office.on_incident(incidents.RESPOND)
    office.on_incident(incidents.PAUSE, waits_for="permit")
    office.on_incident(incidents.RESUME)
    office.on_incident(incidents.DIAGNOSE, **DIAGNOSIS)
    office.on_incident(incidents.CHANGE, words="new terminal")
    office.on_incident(incidents.CHANGE, words="new terminal", seen=8)
    office.on_incident(incidents.RESOLVE)
    with pytest.raises(WorkError, match="another person's signature"):
        office.press(incidents.CLOSE, about_seen(INCIDENT, 7))
    office.on_incident(incidents.REOPEN, reason="dark again")
    assert isinstance(office.parts.queries, FakeSite)
    assert office.parts.queries.waits == 20, "the page is drawn when the views have it"


def test_an_incident_is_opened_once_of_what_was_typed_or_of_an_alert(office: Office) -> None:
    typed = {"what": "it is dark", "level": "critical", "urgency": "high", "place": "-"}
    typed |= {"heard": at(NOW), "account": "A-1"}
    assert "I-2026-00006" in office.press(incidents.OPEN, "4711", **typed)
    (opened,) = office.incidents.known.values()
    assert opened.heard["origin"] == "account"
    assert (opened.heard["place"], opened.owner) == ("", ME)
    alert = str(id_of("alert", "a"))
    said = {"what": "load", "level": "critical", "urgency": "low"}
    assert "I-2026-00007" in office.press(incidents.FROM_ALERT, alert, **said)
    assert len(office.incidents.known) == 2


def test_an_order_is_made_worked_on_and_signed_by_another(office: Office) -> None:
    typed = {"what": "exchange it", "due": at(NOW + timedelta(days=1)), "checklist": "meter-swap"}
    said = office.press(incidents.ORDER, about_seen(INCIDENT, 7), **typed)
    assert "W-2026-00006" in said
    (made,) = office.orders.known.values()
    assert made.incident == INCIDENT
    office.on_order(orders.TAKE)
    office.on_order(orders.BEGIN)
    office.on_order(orders.PAUSE, waits_for="part")
    office.on_order(orders.RESUME)
    office.on_order(orders.PART, item="meter", number="1", unit="pcs")
    office.on_order(orders.CHECK, events=2, **{"item-isolated": "yes", "item-voltage": "231.4"})
    office.on_order(orders.FINISH)
    with pytest.raises(WorkError, match="another person's signature"):
        office.press(orders.SIGN, about_seen(ORDER, 7))
    assert office.orders.order(ORDER).state is OrderState.DONE
    office.orders.order(ORDER).sign(by=OTHER, command_id=id_of("sign"))
    assert office.orders.order(ORDER).over


def test_answers_are_kept_all_or_none(office: Office) -> None:
    office.on_order(orders.TAKE)
    office.on_order(orders.BEGIN)
    before = office.orders.order(ORDER).answers
    with pytest.raises(WorkError, match="'high' does not answer 'voltage'") as wrong:
        office.press(
            orders.CHECK,
            about_seen(ORDER, 7),
            **{"item-voltage": "high"},
        )
    assert office.orders.order(ORDER).answers == before == {}
    with pytest.raises(WorkError, match="isolated, voltage") as early:
        office.press(orders.FINISH, about_seen(ORDER, 7))
    assert "“Voltage after work”: it asks for a number" in refusal_text("en", wrong.value)
    assert "“作业后电压”的回答：应为数字" in refusal_text("zh", wrong.value)
    assert refusal_text("zh", early.value).endswith("已验电？ · 作业后电压")


def test_time_spent_begins_where_nothing_is_told_yet(office: Office) -> None:
    def typed(path: str) -> list[str]:
        tree = page_for(office.parts, viewer(Role.TECHNICIAN), path, "")
        found = {
            each.id["field"]: each.value
            for each in nodes(tree)
            if isinstance(getattr(each, "id", None), dict)
            and each.id.get("act") == orders.TIME
            and "field" in each.id
        }
        return [found["first"], found["last"]]

    first, last = typed(f"{WORK}/{BUSY}")
    assert first < last == wall_text(NOW, office.parts.settings.zone)


def test_the_history_of_an_order_has_questions_and_no_keys(office: Office) -> None:
    tree = page_for(office.parts, viewer(Role.TECHNICIAN, "zh"), f"{WORK}/{BUSY}", "")
    told = [each for each in nodes(tree) if isinstance(each, str)]
    assert "已断电并验电？ · 是" in told
    assert not [each for each in told if "isolated" in each]


@pytest.mark.parametrize("number", ["", "-1", "half", "9" * 30, "²"])
def test_a_number_of_parts_that_is_none_is_refused(office: Office, number: str) -> None:
    office.on_order(orders.TAKE)
    office.on_order(orders.BEGIN)
    with pytest.raises(WorkError, match="Say how many"):
        office.press(orders.PART, about_seen(ORDER, 7), item="a", number=number, unit="pcs")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.KIOSK, Role.BILLING_CLERK, Role.TENANT])
@pytest.mark.parametrize("act", sorted({*incidents.ACTS, *orders.ACTS} - {incidents.JOIN}))
def test_who_may_not_work_is_refused(office: Office, act: str, role: Role) -> None:
    typed = {"to": str(ME), "person": str(ME), "waits_for": "part", "urgency": "low"}
    typed |= {"kind": "planned", "heard": at(NOW), "first": at(NOW), "last": at(NOW), **DIAGNOSIS}
    about = {incidents.OPEN: "7", orders.OPEN: "7", incidents.FROM_ALERT: str(OTHER)}
    with pytest.raises(NotPermittedError):
        perform(
            office.parts,
            viewer(role),
            {"act": act, "about": about.get(act, about_seen(ORDER, 7))},
            typed,
        )
    assert office.incidents.known == office.orders.known == {}


@pytest.mark.parametrize("act", sorted({*incidents.ACTS, *orders.ACTS}))
@pytest.mark.parametrize("about", ["", "none@1", f"{UUID(int=1)}@-1", f"{UUID(int=1)}"])
def test_what_does_not_exist_is_refused(office: Office, act: str, about: str) -> None:
    if act == incidents.FROM_ALERT and about == str(UUID(int=1)):
        about = "none"
    with pytest.raises((UnknownSubjectError, PinnedNoteError)):
        office.press(act, about)
    assert office.incidents.known == office.orders.known == {}
