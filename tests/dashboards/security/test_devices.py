"""A desk acts by PIN, one act each; a wall shows one page; a phone is bound to itself."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboards.security.passwords import hashed
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from tests.dashboards.fakes import ALERT, NOW, PASSWORD, FakeWeb, fake_web

HTML = {"Accept": "text/html"}
GRACE = id_of("person", "grace")
PIN = "493027"


def client_of(web: FakeWeb) -> FlaskClient:
    assert isinstance(web.server, Flask)
    return web.server.test_client()


def login(client: FlaskClient, **more: str) -> Any:
    return client.post("/login", data={"sign_in": "grace", "password": PASSWORD, **more})


def token(client: FlaskClient) -> str:
    cookie = client.get_cookie("meterline_csrf")
    assert cookie is not None
    return cookie.value


def bind(web: FakeWeb, client: FlaskClient, **form: str) -> Any:
    """Let an administrator bind a screen in a browser."""
    (person,) = web.people.people.values()
    roles = person.roles
    object.__setattr__(person, "roles", ("admin",))
    login(client)
    answer = client.post("/devices", data={"csrf": token(client), **form})
    client.post("/sign-out", data={"csrf": token(client)})
    object.__setattr__(person, "roles", roles)
    return answer


def acknowledge(client: FlaskClient, status: int = 200) -> str:
    button = {"type": "acknowledge", "alert": str(ALERT)}
    body = {
        "output": "overview-alerts.children",
        "outputs": {"id": "overview-alerts", "property": "children"},
        "inputs": [
            {"id": "live", "property": "data", "value": None},
            [{"id": button, "property": "n_clicks", "value": 1}],
        ],
        "state": [{"id": "overview-tiles", "property": "id", "value": "overview-tiles"}],
        "changedPropIds": [json.dumps(button, separators=(",", ":"), sort_keys=True) + ".n_clicks"],
    }
    headers = {"X-CSRFToken": token(client)}
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == status
    return answer.text


def page(client: FlaskClient, path: str) -> str:
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": ["url.pathname"],
    }
    headers = {"X-CSRFToken": token(client)}
    return client.post("/_dash-update-component", json=body, headers=headers).text


def at_desk(clock: ManualClock, roles: tuple[str, ...] = ("desk",)) -> tuple[FakeWeb, FlaskClient]:
    web = fake_web(roles=roles, clock=clock, rules={"second_factor": [], "shift_h": 8})
    client = client_of(web)
    assert bind(web, client, kind="desk", name="Position 1").status_code == 200
    assert login(client).status_code == 303
    return web, client


def test_the_desk_role_signs_in_at_its_bound_workstation_alone() -> None:
    web, _ = at_desk(ManualClock(NOW))
    answer = login(client_of(web))
    assert answer.status_code == 403
    assert "bound workstations" in answer.text


def test_a_desk_is_watched_a_shift_and_an_hour_without_an_act() -> None:
    clock = ManualClock(NOW)
    _, client = at_desk(clock)
    clock.move_to(NOW + timedelta(hours=8, minutes=59))
    assert client.get("/_dash-layout").status_code == 200
    clock.move_to(NOW + timedelta(hours=9))
    assert client.get("/_dash-layout").status_code == 401


def test_a_request_at_a_desk_reads_its_device_once() -> None:
    web, client = at_desk(ManualClock(NOW))
    web.doors.device_reads = 0
    assert client.get("/_dash-layout").status_code == 200
    assert web.doors.device_reads == 1


def test_each_act_at_a_desk_takes_a_pin() -> None:
    web, client = at_desk(ManualClock(NOW))
    web.doors.pins[GRACE] = hashed(PIN)
    assert "Type your PIN first" in acknowledge(client)
    assert web.site.acknowledged == {}
    form = {"csrf": token(client), "pin": PIN, "next": "/"}
    assert client.post("/pin", data=form).status_code == 303
    assert "Type your PIN first" not in acknowledge(client)
    assert list(web.site.acknowledged) == [ALERT]
    assert "Type your PIN first" in acknowledge(client)


def test_a_pin_waits_a_minute_for_its_act() -> None:
    clock = ManualClock(NOW)
    web, client = at_desk(clock)
    web.doors.pins[GRACE] = hashed(PIN)
    client.post("/pin", data={"csrf": token(client), "pin": PIN})
    clock.move_to(NOW + timedelta(minutes=1))
    assert "Type your PIN first" in acknowledge(client)


def test_five_wrong_pins_end_the_session() -> None:
    web, client = at_desk(ManualClock(NOW))
    web.doors.pins[GRACE] = hashed(PIN)
    wrong = {"csrf": token(client), "pin": "000000"}
    assert [client.post("/pin", data=wrong).status_code for _ in range(4)] == [400] * 4
    assert client.post("/pin", data=wrong).headers["Location"] == "/login"
    assert client.get("/_dash-layout").status_code == 401
    assert [kind for kind, *_ in web.doors.acts].count("pin_failed") == 5


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "１２３４５６", ""])
def test_a_pin_is_chosen_with_the_password_and_has_six_digits(pin: str) -> None:
    web, client = at_desk(ManualClock(NOW))
    form = {"csrf": token(client), "pin": PIN, "password": "wrong"}
    assert client.post("/pin", data=form).status_code == 400
    assert client.post("/pin", data=form | {"password": PASSWORD, "pin": pin}).status_code == 400
    assert web.doors.pins == {}
    assert client.post("/pin", data=form | {"password": PASSWORD}).status_code == 303
    assert web.doors.pins[GRACE].startswith("$argon2id$")
    assert list(web.site.acknowledged) == []


def test_no_money_and_no_administration_at_a_desk() -> None:
    _, client = at_desk(ManualClock(NOW), ("desk", "billing_clerk", "admin"))
    assert "absent" in page(client, "/bills")
    assert "absent" in page(client, "/admin")


def test_a_desk_that_was_ended_lets_nobody_in() -> None:
    web, client = at_desk(ManualClock(NOW))
    (device,) = (each.device for each in web.doors.bound.values())
    web.doors.end_device(device, GRACE, GRACE)
    assert client.get("/_dash-layout").status_code == 401
    assert login(client).status_code == 403


def test_a_session_of_a_desk_is_worth_nothing_in_another_browser() -> None:
    web, client = at_desk(ManualClock(NOW))
    cookie = client.get_cookie("meterline_session")
    assert cookie is not None
    thief = client_of(web)
    thief.set_cookie("meterline_session", cookie.value)
    assert thief.get("/_dash-layout").status_code == 401


def wall(addresses: str = "127.0.0.0/8", view: str = "/meters") -> tuple[FakeWeb, str]:
    web = fake_web(roles=("viewer",))
    answer = bind(web, client_of(web), kind="kiosk", name="Hall", view=view, addresses=addresses)
    path = answer.text.split("http://localhost")[1].split("<")[0]
    assert path.startswith("/kiosk/")
    return web, path


def test_a_wall_screen_shows_its_page_and_nothing_else() -> None:
    web, path = wall()
    client = client_of(web)
    assert client.get(path).headers["Location"] == "/meters"
    assert client.get("/meters", headers=HTML).status_code == 200
    assert "grid" in page(client, "/meters")
    for other in ("/", "/bills", "/account", "/admin"):
        assert "absent" in page(client, other), other
    assert client.get("/change-password").status_code == 403
    assert "kiosk" in acknowledge(client, 403)


def refreshed(client: FlaskClient, *names: str) -> Any:
    """Ask for the panels of some walls, as an open wall does when there are news."""
    walls = [{"type": "wall-panels", "name": name} for name in names]
    body = {
        "output": '{"name":["ALL"],"type":"wall-panels"}.children',
        "outputs": [{"id": each, "property": "children"} for each in walls],
        "inputs": [{"id": "live", "property": "data", "value": "1"}],
        "state": [[{"id": each, "property": "id", "value": each} for each in walls]],
        "changedPropIds": ["live.data"],
    }
    headers = {"X-CSRFToken": token(client)}
    return client.post("/_dash-update-component", json=body, headers=headers)


def test_a_screen_of_one_wall_is_told_of_no_other_wall() -> None:
    web, path = wall(view="/wall/gas")
    client = client_of(web)
    client.get(path)
    assert refreshed(client, "gas").status_code == 200
    for names in (("main",), ("electricity",), ("gas", "main")):
        assert refreshed(client, *names).status_code == 403, names
    assert "absent" in page(client, "/wall/main")
    acknowledge(client, 403)
    office = client_of(web)
    login(office)
    assert refreshed(office, "main").status_code == 200


@pytest.mark.parametrize(
    ("view", "refreshed_there"),
    [("/", 2), ("/alerts", 1), ("/wall/main", 2), ("/m", 1), ("/plant/f0", 1), ("/meters", 0)],
)
def test_a_wall_screen_posts_the_callbacks_of_its_own_page_alone(
    view: str, refreshed_there: int
) -> None:
    web, path = wall(view=view)
    client = client_of(web)
    client.get(path)
    let_in, live = [], set()
    for callback in client.get("/_dash-dependencies").get_json():
        headers = {"X-CSRFToken": token(client)}
        body = {"output": callback["output"]}
        answer = client.post("/_dash-update-component", json=body, headers=headers)
        if "kiosk" not in answer.text:
            let_in.append(callback["output"])
        if any(entry["id"] == "live" for entry in callback["inputs"]):
            live.add(callback["output"])
    own = set(let_in) - {"page.children", "live.data"}
    assert own <= live
    assert len(own) == refreshed_there


def test_a_wall_screen_ends_with_its_token_and_at_other_addresses() -> None:
    web, path = wall()
    client = client_of(web)
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(path, environ_base=elsewhere).status_code == 403
    client.get(path)
    assert client.get("/_dash-layout", environ_base=elsewhere).status_code == 401
    client.get(path)
    (device,) = (each.device for each in web.doors.bound.values())
    web.doors.end_device(device, GRACE, GRACE)
    assert client.get("/_dash-layout").status_code == 401
    assert client.get(path).status_code == 403


def test_nobody_but_an_administrator_binds_a_screen() -> None:
    web = fake_web(roles=("energy_manager",))
    client = client_of(web)
    login(client)
    form = {"csrf": token(client), "kind": "kiosk", "name": "Hall"}
    assert client.post("/devices", data=form).status_code == 403
    assert web.doors.bound == {}


@pytest.mark.parametrize(
    ("roles", "days"),
    [(("technician",), 7), (("technician", "viewer"), 7), (("technician", "admin"), 0)],
)
def test_a_technicians_phone_stays_signed_in_for_days(roles: tuple[str, ...], days: int) -> None:
    clock = ManualClock(NOW)
    web = fake_web(roles=roles, clock=clock)
    client = client_of(web)
    login(client, phone="on")
    clock.move_to(NOW + timedelta(days=6, hours=23))
    assert client.get("/_dash-layout").status_code == (200 if days else 401)
    if days:
        thief = client_of(web)
        cookie = client.get_cookie("meterline_session")
        assert cookie is not None
        thief.set_cookie("meterline_session", cookie.value)
        assert thief.get("/_dash-layout").status_code == 401
    clock.move_to(NOW + timedelta(days=7))
    assert client.get("/_dash-layout").status_code == 401


def test_roles_hold_within_their_address_ranges() -> None:
    rules = {"second_factor": [], "addresses": {"billing_approver": ["10.1.0.0/16"]}}
    office, home = {"REMOTE_ADDR": "10.1.2.3"}, {"REMOTE_ADDR": "192.0.2.7"}
    form = {"sign_in": "grace", "password": PASSWORD}
    web = fake_web(roles=("billing_approver",), rules=rules)
    assert client_of(web).post("/login", data=form, environ_base=office).status_code == 303
    refused = client_of(web).post("/login", data=form, environ_base=home)
    assert refused.status_code == 403
    assert web.doors.acts[-1] == ("sign_in_refused", GRACE, "elsewhere")
    both = fake_web(roles=("billing_approver", "technician"), rules=rules)
    client = client_of(both)
    assert client.post("/login", data=form, environ_base=home).status_code == 303
    assert "absent" in page(client, "/bills")  # the test client comes from 127.0.0.1
