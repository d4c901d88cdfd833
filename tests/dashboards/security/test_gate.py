"""Nobody gets past the gate without a session, and a session ends when it should."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboards.security import passwords
from energy.base.clock import ManualClock
from tests.dashboards.fakes import INVOICE, NOW, PASSWORD, FakeWeb, fake_web

HTML = {"Accept": "text/html"}


def client_of(web: FakeWeb) -> FlaskClient:
    assert isinstance(web.server, Flask)
    return web.server.test_client()


def signed_in(web: FakeWeb) -> tuple[FlaskClient, str]:
    client = client_of(web)
    answer = client.post("/login", data={"sign_in": "grace", "password": PASSWORD})
    assert answer.status_code == 303
    cookie = client.get_cookie("meterline_csrf")
    assert cookie is not None
    return client, cookie.value


def callbacks(client: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/_dash-dependencies").get_json()
    assert len(found) >= 5
    return found


def body_of(callback: dict[str, Any]) -> dict[str, Any]:
    return {
        "output": callback["output"],
        "inputs": [{**entry, "value": None} for entry in callback["inputs"]],
        "state": [{**entry, "value": None} for entry in callback["state"]],
        "changedPropIds": [],
    }


def test_every_callback_refuses_a_stranger() -> None:
    web = fake_web()
    inside, _ = signed_in(web)
    stranger = client_of(web)
    for callback in callbacks(inside):
        answer = stranger.post("/_dash-update-component", json=body_of(callback))
        assert answer.status_code == 401, callback["output"]


def test_every_callback_refuses_a_request_without_the_token() -> None:
    web = fake_web()
    inside, _ = signed_in(web)
    for callback in callbacks(inside):
        answer = inside.post("/_dash-update-component", json=body_of(callback))
        assert (answer.status_code, answer.get_json()) == (403, {"refused": "csrf"})


@pytest.mark.parametrize(
    "path", ["/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/_favicon.ico"]
)
def test_machine_addresses_refuse_a_stranger(path: str) -> None:
    assert client_of(fake_web()).get(path, headers=HTML).status_code == 401


@pytest.mark.parametrize("path", ["/", "/meters", "/bills", f"/download/bills/{INVOICE}.pdf"])
def test_pages_lead_a_stranger_to_the_sign_in(path: str) -> None:
    answer = client_of(fake_web()).get(path, headers=HTML)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")


def show(client: FlaskClient, token: str, path: str) -> Any:
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": ["url.pathname"],
    }
    return client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": token})


def test_a_viewer_cannot_post_her_way_to_the_bills() -> None:
    client, token = signed_in(fake_web(roles=("viewer",)))
    answer = show(client, token, "/bills")
    assert answer.status_code == 200
    assert "CAM-2026" not in answer.text
    assert "absent" in answer.text


def test_a_viewer_cannot_press_a_button_she_was_not_shown() -> None:
    web = fake_web(roles=("viewer",))
    client, token = signed_in(web)
    button = {"type": "acknowledge", "alert": "6d657465-726c-5e6e-8000-6d6574657200"}
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
    headers = {"X-CSRFToken": token}
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == 200
    assert "needs the role" in answer.text
    assert web.site.acknowledged == {}


def test_a_viewer_downloads_no_invoice() -> None:
    client, _ = signed_in(fake_web(roles=("viewer",)))
    assert client.get(f"/download/bills/{INVOICE}.pdf").status_code == 403


def test_a_clerk_downloads_the_invoice_in_her_language() -> None:
    client, _ = signed_in(fake_web(roles=("billing_clerk",)))
    answer = client.get(f"/download/bills/{INVOICE}.pdf", headers={"Cookie": ""})
    assert answer.status_code == 200
    assert answer.content_type == "application/pdf"
    assert "filename=CAM-2026-00002.pdf" in answer.headers["Content-Disposition"]


def test_an_unknown_callback_is_a_bad_request() -> None:
    client, token = signed_in(fake_web())
    body = {"output": "none.children", "inputs": [], "changedPropIds": []}
    headers = {"X-CSRFToken": token}
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == 400


def test_cookies_are_closed_to_scripts_and_other_sites() -> None:
    answer = client_of(fake_web()).post("/login", data={"sign_in": "grace", "password": PASSWORD})
    session, csrf = answer.headers.getlist("Set-Cookie")
    assert session.startswith("meterline_session=")
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert "SameSite=Strict" in csrf


def test_every_answer_carries_the_protective_headers() -> None:
    client, _ = signed_in(fake_web())
    for path in ("/", "/login", "/health", "/assets/app.css", "/_dash-layout"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        scripts = re.search(r"script-src ([^;]*)", policy)
        assert scripts is not None
        assert re.fullmatch(r"'self'( 'sha256-[\w+/=]+')+", scripts[1])
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()


def test_pages_are_never_kept_by_a_cache_but_versioned_files_are() -> None:
    client, _ = signed_in(fake_web())
    assert client.get("/").headers["Cache-Control"] == "no-store"
    with client.get("/assets/app.css?m=1") as style_sheet:
        assert "immutable" in style_sheet.headers["Cache-Control"]


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elsewhere.example"}]
)
def test_another_site_can_send_no_form(headers: dict[str, str]) -> None:
    form = {"sign_in": "grace", "password": PASSWORD}
    answer = client_of(fake_web()).post("/login", data=form, headers=headers)
    assert (answer.status_code, answer.get_json()) == (403, {"refused": "cross_site"})


def test_a_session_dies_at_sign_out() -> None:
    web = fake_web()
    client, token = signed_in(web)
    cookie = client.get_cookie("meterline_session")
    assert cookie is not None
    assert client.post("/sign-out", data={"csrf": token}).status_code == 303
    assert client.get("/_dash-layout").status_code == 401
    thief = client_of(web)
    thief.set_cookie("meterline_session", cookie.value)
    assert thief.get("/_dash-layout").status_code == 401
    assert web.people.journal[-1][0] == "signed out"


def test_a_session_dies_after_half_an_hour_in_which_only_the_page_asked_for_news() -> None:
    clock = ManualClock(NOW)
    client, token = signed_in(fake_web(clock=clock))
    news = {
        "output": "live.data",
        "outputs": {"id": "live", "property": "data"},
        "inputs": [{"id": "tick", "property": "n_intervals", "value": 1}],
        "state": [{"id": "live", "property": "data", "value": None}],
        "changedPropIds": ["tick.n_intervals"],
    }
    (asked,) = (each for each in callbacks(client) if "takeover-progress" in each["output"])
    far = {
        "output": asked["output"],
        "outputs": [
            {"id": "page", "property": "children"},
            {"id": "takeover-progress", "property": "children"},
        ],
        "inputs": [{"id": "takeover-poll", "property": "n_intervals", "value": 1}],
        "state": [
            {"id": "url", "property": "pathname", "value": "/takeover"},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": ["takeover-poll.n_intervals"],
    }
    headers = {"X-CSRFToken": token}
    for minute in (10, 20, 29):
        clock.move_to(NOW + timedelta(minutes=minute))
        for body in (news, far):
            answer = client.post("/_dash-update-component", json=body, headers=headers)
            assert answer.status_code == 200
    clock.move_to(NOW + timedelta(minutes=30))
    assert client.get("/_dash-layout").status_code == 401


def test_a_session_dies_after_eight_hours_of_work() -> None:
    clock = ManualClock(NOW)
    client, _ = signed_in(fake_web(clock=clock))
    for quarter in range(1, 32):
        clock.move_to(NOW + timedelta(minutes=15 * quarter))
        assert client.get("/_dash-layout").status_code == 200
    clock.move_to(NOW + timedelta(hours=8))
    assert client.get("/_dash-layout").status_code == 401


def test_a_disabled_person_is_out_at_once() -> None:
    web = fake_web()
    client, _ = signed_in(web)
    object.__setattr__(web.people.people["grace"], "disabled", True)
    assert client.get("/_dash-layout").status_code == 401


def test_a_first_password_must_be_changed_before_anything_else() -> None:
    web = fake_web(must_change=True)
    client, token = signed_in(web)
    assert client.get("/", headers=HTML).headers["Location"] == "/change-password"
    assert client.get("/_dash-layout").status_code == 403
    form = {"csrf": token, "old": PASSWORD, "new": "short", "again": "short"}
    assert client.post("/change-password", data=form).status_code == 400
    form |= {"new": "a much longer one", "again": "a much longer one"}
    assert client.post("/change-password", data=form).headers["Location"] == "/"
    assert client.get("/_dash-layout").status_code == 200
    assert passwords.fits(web.people.people["grace"].password_hash, "a much longer one")


def test_health_tells_strangers_no_secret() -> None:
    answer = client_of(fake_web()).get("/health")
    assert answer.get_json() == {
        "ok": True,
        "database": "ok",
        "version": "0.1.0",
        "data_age_s": 41,
        "view_lag": {"books": 0, "metering": 3, "operations": 0},
    }


def test_metrics_are_for_this_machine_only() -> None:
    client = client_of(fake_web())
    assert 'meterline_view_lag_positions{follower="metering"} 3.0' in client.get("/metrics").text
    outside = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", environ_base=outside).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
