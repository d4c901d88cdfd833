"""Guessing passwords is slow, and the page gives nothing away."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboards.security import passwords
from tests.dashboards.fakes import PASSWORD, FakeWeb, fake_web


def client_of(web: FakeWeb) -> FlaskClient:
    assert isinstance(web.server, Flask)
    return web.server.test_client()


def attempt(client: FlaskClient, sign_in: str, password: str, address: str = "127.0.0.1") -> int:
    form = {"sign_in": sign_in, "password": password}
    return client.post("/login", data=form, environ_base={"REMOTE_ADDR": address}).status_code


def test_the_sixth_attempt_of_an_account_within_a_minute_is_refused() -> None:
    web = fake_web()
    client = client_of(web)
    assert [attempt(client, "grace", f"wrong-{n}") for n in range(5)] == [401] * 5
    assert attempt(client, "grace", PASSWORD) == 429
    assert attempt(client, " GRACE ", PASSWORD, "192.0.2.9") == 429
    assert web.people.journal == [("failed", "grace")] * 5


def test_the_twenty_first_attempt_of_an_address_is_refused() -> None:
    client = client_of(fake_web())
    answers = [attempt(client, f"nobody-{n}", "x") for n in range(20)]
    assert answers == [401] * 20
    assert attempt(client, "grace", PASSWORD) == 429
    assert attempt(client, "grace", PASSWORD, "192.0.2.9") == 303


@pytest.mark.parametrize("failures", [(5, 0), (0, 20)])
def test_failures_counted_by_other_workers_count_too(failures: tuple[int, int]) -> None:
    web = fake_web()
    web.store.failed = failures
    assert attempt(client_of(web), "grace", PASSWORD) == 429


def test_a_wrong_name_and_a_wrong_password_read_the_same() -> None:
    client = client_of(fake_web())
    pages = [
        client.post("/login", data={"sign_in": name, "password": "wrong"}).text.replace(name, "")
        for name in ("grace", "nobody")
    ]
    assert pages[0] == pages[1]


def test_what_a_stranger_types_is_never_markup() -> None:
    form = {"sign_in": '"><script>alert(1)</script>', "password": "x"}
    page = client_of(fake_web()).post("/login", data=form).text
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("onward", "place"),
    [
        ("/bills", "/bills"),
        ("//elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/_dash-layout", "/"),
    ],
)
def test_sign_in_leads_on_only_within_the_site(onward: str, place: str) -> None:
    form = {"sign_in": "grace", "password": PASSWORD, "next": onward}
    assert client_of(fake_web()).post("/login", data=form).headers["Location"] == place


def test_a_new_sign_in_ends_the_session_of_the_same_browser() -> None:
    web = fake_web()
    client = client_of(web)
    assert attempt(client, "grace", PASSWORD) == 303
    assert attempt(client, "grace", PASSWORD) == 303
    assert len(web.store.rows) == 1


def test_language_and_theme_are_kept_in_cookies_and_lead_back_within_the_site() -> None:
    client = client_of(fake_web())
    headers = {"Referer": "http://localhost/meters"}
    answer = client.get("/preferences?language=zh&theme=dark", headers=headers)
    assert answer.headers["Location"] == "/meters"
    page = client.get("/login").text
    assert '<html lang="zh-Hans" data-mantine-color-scheme="dark">' in page
    foreign = client.get("/preferences", headers={"Referer": "http://elsewhere.example/x"})
    assert foreign.headers["Location"] == "/"
    client.get("/preferences?language=xx&theme=pink")
    assert 'lang="zh-Hans"' in client.get("/login").text


@pytest.mark.parametrize(
    ("new", "again", "key"),
    [
        ("a long enough one", "another one here", "change_password.differs"),
        ("short", "short", "change_password.short"),
        ("x" * 201, "x" * 201, "change_password.long"),
        ("the old password", "the old password", "change_password.same"),
        ("abababababababab", "abababababababab", "change_password.simple"),
        ("a long enough one", "a long enough one", None),
    ],
)
def test_weak_passwords_are_named(new: str, again: str, key: str | None) -> None:
    assert passwords.weakness(new, again, old="the old password") == key


def test_a_password_fits_only_its_own_hash() -> None:
    digest = passwords.hashed(PASSWORD)
    assert digest.startswith("$argon2id$")
    assert passwords.fits(digest, PASSWORD)
    assert not passwords.fits(digest, PASSWORD + "x")
    assert not passwords.fits(None, "nobody has this password")
    assert not passwords.fits("no hash", PASSWORD)
    for no_utf_8 in ("\udce9lise", "\ud800"):
        assert not passwords.fits(digest, no_utf_8)
        assert not passwords.fits(None, no_utf_8)
