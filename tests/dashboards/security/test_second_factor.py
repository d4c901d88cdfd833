"""Approvers and administrators come in with a second factor, each code once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboards.security import totp
from energy.base.clock import ManualClock
from tests.dashboards.fakes import NOW, PASSWORD, FakeWeb, fake_web

HTML = {"Accept": "text/html"}
APPROVER = ("billing_approver",)


def web_of(clock: ManualClock | None = None, roles: tuple[str, ...] = APPROVER) -> FakeWeb:
    return fake_web(roles=roles, rules={"lock_failures": 4}, clock=clock or ManualClock(NOW))


def client_of(web: FakeWeb) -> FlaskClient:
    assert isinstance(web.server, Flask)
    return web.server.test_client()


def password(client: FlaskClient) -> str:
    answer = client.post("/login", data={"sign_in": "grace", "password": PASSWORD})
    assert answer.status_code == 303
    return answer.headers["Location"]


def token(client: FlaskClient) -> str:
    cookie = client.get_cookie("meterline_csrf")
    assert cookie is not None
    return cookie.value


def session(client: FlaskClient) -> str:
    cookie = client.get_cookie("meterline_session")
    assert cookie is not None
    return cookie.value


def send(client: FlaskClient, code: str, onward: str = "/bills"):  # noqa: ANN201
    return client.post("/second-factor", data={"csrf": token(client), "code": code, "next": onward})


def shown(web: FakeWeb, secret: str) -> str:
    return totp.code_of(secret, int(web.doors.clock.now().timestamp()) // 30)


def enrolled(web: FakeWeb) -> tuple[str, list[str]]:
    client = client_of(web)
    password(client)
    page = client.get("/second-factor").text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found is not None
    secret = found[1].replace(" ", "")
    answer = send(client, shown(web, secret))
    assert answer.status_code == 200
    return secret, re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text)


def test_the_first_sign_in_of_an_approver_enrols_a_second_factor() -> None:
    web = web_of()
    client = client_of(web)
    assert password(client) == "/second-factor?next=/"
    assert client.get("/", headers=HTML).headers["Location"] == "/second-factor"
    assert client.get("/_dash-layout").status_code == 403
    page = client.get("/second-factor").text
    assert "<svg" in page
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert secret is not None
    assert client.get("/second-factor").text == page  # the same secret, looked at again
    assert send(client, "000000").status_code == 401
    before = session(client)
    answer = send(client, shown(web, secret[1].replace(" ", "")))
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text)
    assert len(codes) == 10
    assert 'href="/bills"' in answer.text
    assert session(client) != before
    assert client.get("/_dash-layout").status_code == 200
    (stored,) = web.doors.recovery.values()
    assert all(code.encode() not in b"".join(stored) for code in codes)


def test_the_next_sign_in_asks_the_code_and_rotates_the_session() -> None:
    clock = ManualClock(NOW)
    web = web_of(clock)
    secret, _ = enrolled(web)
    clock.move_to(NOW + timedelta(minutes=1))
    client = client_of(web)
    password(client)
    waiting = session(client)
    assert "<svg" not in client.get("/second-factor").text
    assert client.get("/_dash-layout").status_code == 403
    answer = send(client, shown(web, secret))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/bills")
    assert session(client) != waiting
    thief = client_of(web)
    thief.set_cookie("meterline_session", waiting)
    assert thief.get("/_dash-layout").status_code == 401
    assert client.get("/_dash-layout").status_code == 200


def test_a_code_is_taken_once() -> None:
    clock = ManualClock(NOW)
    web = web_of(clock)
    secret, _ = enrolled(web)
    client = client_of(web)
    password(client)
    assert send(client, shown(web, secret)).status_code == 401  # the one that enrolled
    clock.move_to(NOW + timedelta(seconds=30))
    code = shown(web, secret)
    assert send(client, code).status_code == 303
    overlooker = client_of(web)
    password(overlooker)
    assert send(overlooker, code).status_code == 401


def test_a_recovery_code_lets_in_once() -> None:
    web = web_of()
    _, codes = enrolled(web)
    for expected in (303, 401):
        client = client_of(web)
        password(client)
        assert send(client, codes[3].lower()).status_code == expected


def test_wrong_codes_lock_the_name() -> None:
    web = web_of()
    enrolled(web)
    client = client_of(web)
    password(client)
    assert [send(client, "000000").status_code for _ in range(4)] == [401] * 4
    assert send(client, "000000").headers["Location"] == "/login"
    answer = client.post("/login", data={"sign_in": "grace", "password": PASSWORD})
    assert answer.status_code == 429
    assert "locked" in answer.text


def test_the_right_password_alone_forgets_no_failure() -> None:
    web = web_of()
    enrolled(web)
    for _ in range(2):
        client = client_of(web)
        password(client)
        send(client, "000000")
    assert [what for what, *_ in web.people.journal].count("failed") == 2


def test_a_session_that_waits_for_its_code_lasts_a_quarter_of_an_hour() -> None:
    clock = ManualClock(NOW)
    web = web_of(clock)
    client = client_of(web)
    password(client)
    clock.move_to(NOW + timedelta(minutes=15))
    assert client.get("/second-factor", headers=HTML).headers["Location"].startswith("/login")


@pytest.mark.parametrize(("roles", "wanted"), [(("viewer",), False), (("admin",), True)])
def test_only_roles_of_the_rules_need_one(roles: tuple[str, ...], wanted: bool) -> None:
    assert ("second-factor" in password(client_of(web_of(roles=roles)))) == wanted


def test_whoever_has_one_is_asked_even_where_no_role_needs_it() -> None:
    web = fake_web(rules={"second_factor": []})
    (person,) = (each.person for each in web.people.people.values())
    web.doors.secrets[person] = totp.new_secret()
    assert "second-factor" in password(client_of(web))


def test_a_code_without_the_token_of_the_page_is_refused() -> None:
    web = web_of()
    client = client_of(web)
    password(client)
    answer = client.post("/second-factor", data={"code": "000000"})
    assert (answer.status_code, answer.get_json()) == (403, {"refused": "csrf"})
