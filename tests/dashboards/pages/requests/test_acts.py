"""What is said of a request at a page reaches it once, or is refused by name. Pure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from dashboards.components.act_form import Done
from dashboards.components.work_pieces import INCIDENTS, WORK
from dashboards.pages.acts import perform
from dashboards.pages.parts import Parts
from dashboards.pages.requests.acts import call_of
from dashboards.pages.router import page_for
from dashboards.pages.subjects import UnknownSubjectError, about_seen
from dashboards.security.scope import Role
from dashboards.told import refusal_text
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import RequestState
from energy.service.requests.request import TenantRequest
from tests.dashboards.fake_articles import ADA
from tests.dashboards.fake_requests import ASKED, BILL, CALLED, LATE, SOLVED, WAITS
from tests.dashboards.test_pages import nodes, parts, viewer

REQUEST = id_of("request", "one")
OPENED = {"kind": "enquiry", "category": "meter", "way": "phone", "words": "why?", "level": "-"}


@pytest.fixture
def given() -> Parts:
    return parts()


def press(
    given: Parts, act: str, about: str = "", role: Role = Role.BILLING_CLERK, **typed: str
) -> Any:
    pressed = {"act": act, "about": about or about_seen(REQUEST, 7)}
    return perform(given, viewer(role), pressed, typed)


def known(given: Parts) -> TenantRequest:
    return given.commands.service.requests.desk.request(REQUEST)


def test_a_complaint_is_answered_classed_called_judged_and_dealt_with_once(given: Parts) -> None:
    for _ in range(2):
        press(given, "answer-request", way="phone", words="sorry", article="broken-seal")
        press(given, "class-request", complaint="late")
        press(given, "call-request", due="2026-07-30 09:00", to=str(ADA))
    (call,) = known(given).calls
    assert call in {call_of(REQUEST, command) for command in known(given).commands}
    assert known(given).answers == 1
    with pytest.raises(RequestError) as refused:
        press(given, "resolve-request", outcome="done")
    assert "note below" in refusal_text("en", refused.value)
    about = f"{about_seen(REQUEST, 9)}/{call}"
    press(given, "called-request", about, outcome="reached", words="it is on")
    press(given, "judge-request", unit="meters", justified="yes")
    press(given, "resolve-request", about_seen(REQUEST, 10), outcome="done")
    press(given, "rate-request", about_seen(REQUEST, 11), score="4")
    press(given, "close-request", about_seen(REQUEST, 12))
    assert (known(given).state, known(given).judged) == (RequestState.CLOSED, True)


def test_it_waits_goes_on_is_handed_over_and_opened_again(given: Parts) -> None:
    press(given, "answer-request", way="counter", words="which meter?")
    press(given, "pause-request")
    assert known(given).state is RequestState.PAUSED
    press(given, "resume-request")
    press(given, "note-request", words="he sounds tired")
    press(given, "offer-request", to=str(ADA))
    assert known(given).offered == ADA
    press(given, "escalate-request", to=str(ADA), reason="second time")
    press(given, "resolve-request", outcome="withdrawn")
    press(given, "reopen-request", reason="not at all")
    assert known(given).state is RequestState.UNDER_WAY
    for act, path in (("order-request", WORK), ("incident-request", INCIDENTS)):
        done = press(given, act, what="look after it", urgency="normal")
        assert isinstance(done, Done)
        assert done.links[0][1].startswith(f"{path}/")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({}, ""),
        ({"kind": "bill_dispute"}, "the field Bill"),
        ({"heard": "2027-01-01 08:00"}, "in the future"),
    ],
)
def test_a_request_is_opened_of_a_tenant_or_of_nobody_known(
    given: Parts, typed: dict[str, str], why: str
) -> None:
    for about in ("party/harbour@2026-07-15T10:00:00+00:00", "@2026-07-15T10:00:00+00:00"):
        if why:
            with pytest.raises(RequestError) as refused:
                press(given, "open-request", about, **(OPENED | typed))
            assert why in refusal_text("en", refused.value)
            continue
        twice = [press(given, "open-request", about, **OPENED) for _ in range(2)]
        assert twice[0] == twice[1], "a button pressed twice opens one request"


def test_who_calls_leads_to_the_tenant_and_stands_in_no_address(given: Parts) -> None:
    done = press(given, "find-caller", "-", number="020 7946 0000")
    assert done.links == (
        ("Harbour Ltd · Mia Moss · facilities", "/requests/of/party/harbour", False),
    )
    assert press(given, "find-caller", "-", number="020 7946 1111").links == ()
    found = press(given, "search-articles", "-", words="铅封")
    assert [href for _, href, _ in found.links] == ["/requests/articles/broken-seal"]


def test_an_article_is_written_and_reviewed_by_who_serves(given: Parts) -> None:
    both = {f"{part}_{language}": "x" for part in ("title", "text") for language in ("en", "zh")}
    press(given, "write-article", "@0", key="cold-tap", tags="water， tap", **both)
    press(given, "review-article", "late-bill@1")
    desk: Any = given.commands.service.requests.article_desk
    assert [(key, text.tags) for key, text in desk.written] == [("cold-tap", ["tap", "water"])]
    assert desk.reviewed == [("late-bill", 1)]


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.VIEWER, Role.TENANT, Role.KIOSK])
def test_who_may_not_serve_does_nothing(given: Parts, role: Role) -> None:
    for act, about, typed in (
        ("open-request", "@x", OPENED),
        ("note-request", "", {"words": "x"}),
        ("find-caller", "-", {"number": "020 7946 0000"}),
        ("review-article", "late-bill@1", {}),
    ):
        with pytest.raises(NotPermittedError):
            press(given, act, about, role, **typed)


def test_only_a_clerk_answers_at_the_portal_and_only_where_it_was_asked(given: Parts) -> None:
    def ways(role: Role, number: str) -> set[str]:
        tree = page_for(given, viewer(role), f"/requests/{number}")
        found = [n for n in nodes(tree) if getattr(n, "id", None) and "way" in str(n.id)]
        return {each["value"] for each in found[0].data}

    assert "portal" in ways(Role.BILLING_CLERK, ASKED)
    assert "portal" not in ways(Role.DESK, ASKED) | ways(Role.BILLING_CLERK, CALLED)
    with pytest.raises(NotPermittedError):
        press(given, "answer-request", "", Role.DESK, way="portal", words="x")


def test_a_bill_is_named_to_who_reads_bills_alone(given: Parts) -> None:
    def words(role: Role) -> str:
        tree = page_for(given, viewer(role), f"/requests/{WAITS}")
        return " ".join(node for node in nodes(tree) if isinstance(node, str))

    assert BILL in words(Role.BILLING_CLERK)
    assert BILL not in words(Role.DESK)


def test_buttons_are_those_that_the_state_allows(given: Parts) -> None:
    def acts(number: str) -> set[str]:
        tree = page_for(given, viewer(Role.ENERGY_MANAGER), f"/requests/{number}")
        named = (getattr(node, "id", None) for node in nodes(tree))
        return {each["act"] for each in named if isinstance(each, dict) and each["type"] == "act"}

    assert "take-request" in acts(ASKED)
    assert {"class-request", "judge-request", "escalate-request"} <= acts(LATE)
    assert "called-request" in acts(CALLED)
    assert acts(SOLVED) & {"close-request", "answer-request"} == {"close-request"}


def test_what_names_nothing_is_refused(given: Parts) -> None:
    for act, about, typed in (
        ("called-request", f"{UUID(int=1)}@1/x", {"outcome": "reached"}),
        ("answer-request", "", {"way": "pigeon"}),
        ("open-request", "party/<x>@1", OPENED),
    ):
        with pytest.raises(UnknownSubjectError):
            press(given, act, about, **typed)
