"""What a form of money does: once for each press, for those who may, said in words."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from dash.development.base_component import Component

from dashboards.components.act_form import ACT
from dashboards.pages.acts import ACTS, perform, typed_at
from dashboards.pages.money.acts import MATCH, RECORD
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.security.scope import Role
from energy.base.errors import EnergyError, NotPermittedError
from tests.dashboards.fake_money import ENTRY, HOSTILE
from tests.dashboards.fakes import FakeSite, fake_web
from tests.dashboards.security.test_gate import signed_in
from tests.dashboards.test_pages import nodes, parts, viewer

TYPED = {
    "account": "A-0003",
    "amount": "250.00",
    "means": "cash",
    "day": "2026-07-13",
    "reference": "till 4",
    "items": "CAM-2026-00003",
}
PRESSED = {"act": RECORD, "about": ""}


def site_of(given: Parts) -> FakeSite:
    assert isinstance(given.queries, FakeSite)
    return given.queries


def test_a_payment_typed_twice_is_recorded_once() -> None:
    given, clerk = parts(), viewer(Role.BILLING_CLERK)
    for _ in range(2):
        said = perform(given, clerk, PRESSED, TYPED)
    ((account, incoming, items),) = site_of(given).received.all
    assert (account, incoming.amount, incoming.means, incoming.on, items) == (
        "A-0003",
        Decimal("250.00"),
        "cash",
        date(2026, 7, 13),
        ("CAM-2026-00003",),
    )
    assert incoming.payment in said
    perform(given, clerk, PRESSED, TYPED | {"reference": "till 5"})
    assert len(site_of(given).received.all) == 2


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("amount", "1_000", "no amount"),
        ("amount", "1e3", "no amount"),
        ("amount", "9" * 13, "no amount"),
        ("amount", "0", "above zero"),
        ("means", "gold", "no means"),
        ("day", "yesterday", "no day"),
        ("day", "2027-01-01", "still to come"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_written(field: str, text: str, told: str) -> None:
    given = parts()
    with pytest.raises(EnergyError) as refused:
        perform(given, viewer(Role.BILLING_CLERK), PRESSED, TYPED | {field: text})
    assert told in refused.value.told("en")
    assert refused.value.told("zh") != refused.value.told("en")
    assert site_of(given).received.all == []


def test_an_entry_is_matched_as_it_was_seen() -> None:
    given, clerk = parts(), viewer(Role.BILLING_CLERK)
    typed = {"account": "A-0003", "items": "X-1, X-2", "remember": "once"}
    pressed = {"act": MATCH, "about": f"{ENTRY}@71"}
    for _ in range(2):
        perform(given, clerk, pressed, typed)
    assert site_of(given).matched.all == [(str(ENTRY), "A-0003", ("X-1", "X-2"), False)]
    perform(given, clerk, pressed | {"about": f"{ENTRY}@99"}, typed)  # it waited again
    assert len(site_of(given).matched.all) == 2


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.BILLING_CLERK}))
def test_only_a_clerk_may_and_is_offered_it(role: Role) -> None:
    given = parts()
    for act, about in ((RECORD, ""), (MATCH, f"{ENTRY}@71")):
        with pytest.raises(NotPermittedError):
            perform(given, viewer(role), {"act": act, "about": about}, TYPED)
    assert offered(given, role) == set()
    assert site_of(given).received.all == []
    assert site_of(given).matched.all == []


def offered(given: Parts, role: Role, path: str = "/money") -> set[str]:
    return {
        node.id["act"]
        for node in nodes(page_for(given, viewer(role), path))
        if isinstance(node, Component)
        and isinstance(getattr(node, "id", None), dict)
        and node.id["type"] == ACT
    }


def test_a_clerk_is_offered_forms_of_known_acts_and_none_for_money_that_went_out() -> None:
    given = parts()
    assert offered(given, Role.BILLING_CLERK) == {RECORD, MATCH}
    assert set(ACTS) >= {RECORD, MATCH}
    page = page_for(given, viewer(Role.BILLING_CLERK), "/money")
    matches = [
        node
        for node in nodes(page)
        if isinstance(node, Component) and "act-match-entry" in str(getattr(node, "className", ""))
    ]
    assert len(matches) == 2, "three wait, one of them took money out"
    assert HOSTILE in list(nodes(page)), "what a payer wrote is text"


def test_fields_of_other_forms_are_not_taken() -> None:
    def state(about: str, field: str, value: str | None) -> dict[str, Any]:
        return {"id": {"act": MATCH, "about": about, "field": field}, "value": value}

    states = [state("a", "account", " A-1 "), state("b", "account", "B"), state("a", "items", None)]
    typed = typed_at({"act": MATCH, "about": "a"}, states)
    assert typed == {"account": "A-1", "items": ""}


def press(roles: tuple[str, ...], amount: str) -> tuple[str, int]:
    """Post the press of the payment's button; return the answer and how many were recorded."""
    web = fake_web(roles=roles)
    client, token = signed_in(web)
    form = {"act": RECORD, "about": ""}
    button = {**form, "type": "act"}
    typed = TYPED | {"amount": amount}
    body = {
        "output": "..page.children...{}..",
        "outputs": [
            {"id": "page", "property": "children"},
            [{"id": {**form, "type": "act-said"}, "property": "children"}],
        ],
        "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
        "state": [
            [
                {"id": {**form, "type": "act-field", "field": k}, "property": "value", "value": v}
                for k, v in typed.items()
            ],
            {"id": "url", "property": "pathname", "value": "/money"},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": [json.dumps(button, separators=(",", ":"), sort_keys=True) + ".n_clicks"],
    }
    known = client.get("/_dash-dependencies").get_json()
    body["output"] = next(c["output"] for c in known if "act-said" in c["output"])
    headers = {"X-CSRFToken": token}
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text, len(web.site.received.all)


def test_a_press_shows_the_page_anew_and_a_refusal_leaves_it() -> None:
    text, count = press(("billing_clerk",), "250.00")
    assert count == 1
    assert "page-money" in text
    assert "recorded" in text
    text, count = press(("billing_clerk",), "much")
    assert count == 0
    assert "page-money" not in text
    assert "no amount" in text
    text, count = press(("energy_manager",), "250.00")
    assert count == 0
    assert "needs the role" in text
