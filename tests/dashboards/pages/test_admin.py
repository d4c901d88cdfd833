"""Administrators see who is signed in and end it; nobody changes their own roles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from energy.base.ids import id_of
from tests.dashboards.fake_admin import HOSTILE, PERSON
from tests.dashboards.fakes import INVOICE, PASSWORD, FakeWeb, fake_web

GRACE = id_of("person", "grace")


def inside(web: FakeWeb, agent: str = "Browser") -> FlaskClient:
    assert isinstance(web.server, Flask)
    client = web.server.test_client()
    form = {"sign_in": "grace", "password": PASSWORD}
    assert client.post("/login", data=form, headers={"User-Agent": agent}).status_code == 303
    return client


def post(client: FlaskClient, body: dict[str, Any]) -> Any:
    cookie = client.get_cookie("meterline_csrf")
    assert cookie is not None
    headers = {"X-CSRFToken": cookie.value}
    return client.post("/_dash-update-component", json=body, headers=headers)


def press(client: FlaskClient, on: str, verb: str, subject: str, path: str = "/admin") -> Any:
    button = {"type": "admin-act", "on": on, "verb": verb, "subject": subject}
    output = {"admin": "admin-body", "person": "person-body", "account": "account-body"}[on]
    name = json.dumps(button, separators=(",", ":"), sort_keys=True)
    body: dict[str, Any] = {
        "output": f"{output}.children",
        "outputs": {"id": output, "property": "children"},
        "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
        "changedPropIds": [f"{name}.n_clicks"],
    }
    if on == "person":
        body["state"] = [{"id": "url", "property": "pathname", "value": path}]
    return post(client, body)


def test_an_administrator_ends_another_session() -> None:
    web = fake_web(roles=("admin",))
    client, other = inside(web), inside(web, "Phone")
    (row,) = (each for each in web.store.rows.values() if each.agent == "Phone")
    answer = press(client, "admin", "end_session", str(row.session))
    assert answer.status_code == 200
    assert other.get("/_dash-layout").status_code == 401
    assert web.doors.acts[-1] == ("session_ended", GRACE, str(row.session))


@pytest.mark.parametrize("on", ["admin", "person"])
@pytest.mark.parametrize("role", ["viewer", "billing_approver", "energy_manager", "tenant"])
def test_nobody_else_ends_sessions_or_gives_roles(on: str, role: str) -> None:
    web = fake_web(roles=(role,))
    client = inside(web)
    (row,) = web.store.rows.values()
    verb, subject = {
        "admin": ("end_session", str(row.session)),
        "person": ("give", f"{GRACE}:admin"),
    }[on]
    answer = press(client, on, verb, subject, f"/admin/people/{GRACE}")
    assert answer.status_code == 403
    assert len(web.store.rows) == 1
    assert not [each for each in web.people.journal if each[0] == "roles"]


def test_roles_are_given_and_taken_one_at_a_time_and_never_to_oneself() -> None:
    web = fake_web(roles=("admin",))
    client = inside(web)
    path = f"/admin/people/{PERSON}"
    assert press(client, "person", "give", f"{PERSON}:technician", path).status_code == 200
    assert press(client, "person", "take", f"{PERSON}:billing_approver", path).status_code == 200
    assert web.people.journal[-2:] == [
        ("roles", "billing_approver", "viewer@north", "technician"),
        ("roles", "viewer@north"),
    ]
    answer = press(client, "person", "give", f"{GRACE}:billing_approver", path)
    assert "Nobody changes their own roles" in answer.text
    assert len([each for each in web.people.journal if each[0] == "roles"]) == 2


@pytest.mark.parametrize("verb", ["unlock", "disable", "enable", "remove_factor"])
def test_every_button_of_a_person_does_what_it_says(verb: str) -> None:
    web = fake_web(roles=("admin",))
    web.doors.secrets[PERSON] = "JBSWY3DPEHPK3PXP"
    client = inside(web)
    assert press(client, "person", verb, str(PERSON), f"/admin/people/{PERSON}").status_code == 200
    done = {
        "unlock": ("unlocked", PERSON, "") in web.doors.acts,
        "disable": ("disabled", str(PERSON)) in web.people.journal,
        "enable": ("enabled", str(PERSON)) in web.people.journal,
        "remove_factor": PERSON not in web.doors.secrets,
    }
    assert [name for name, was in done.items() if was] == [verb]


def test_a_person_ends_own_sessions_and_nobody_elses() -> None:
    web = fake_web(roles=("viewer",))
    client, other = inside(web), inside(web, "Phone")
    (row,) = (each for each in web.store.rows.values() if each.agent == "Phone")
    press(client, "account", "end_session", str(id_of("session", "of somebody")))
    assert len(web.store.rows) == 2
    assert press(client, "account", "end_session", str(row.session)).status_code == 200
    assert other.get("/_dash-layout").status_code == 401
    assert client.get("/_dash-layout").status_code == 200


def test_a_file_taken_out_stands_in_the_journal_and_a_refused_one_does_not() -> None:
    web = fake_web(roles=("billing_clerk",))
    assert inside(web).get(f"/download/bills/{INVOICE}.pdf").status_code == 200
    assert web.doors.acts == [("download", GRACE, f"bills/{INVOICE}.pdf")]
    refused = fake_web(roles=("viewer",))
    assert inside(refused).get(f"/download/bills/{INVOICE}.pdf").status_code == 403
    assert refused.doors.acts == []


def test_the_browser_of_acts_shows_hostile_names_as_text() -> None:
    client = inside(fake_web(roles=("admin",)))
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": "/admin/events/download/-/-"},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": ["url.pathname"],
    }
    answer = post(client, body)
    assert HOSTILE in answer.get_json()["response"]["page"]["children"].__str__()
    assert "dangerously" not in answer.text
