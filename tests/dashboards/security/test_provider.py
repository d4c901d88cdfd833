"""People sign in by a real OpenID Connect provider; what is no proof lets nobody in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import KeySet, RSAKey

from dashboards.security.provider import Provider, ProviderSettings, provider_settings
from energy.base.clock import SystemClock
from energy.base.errors import ConfigError
from tests.dashboards.fakes import PASSWORD, FakeWeb, fake_web
from tests.fixtures.oidc_provider import CLIENT, SECRET, RealProvider, provider

ROLES = {"energy-office": "energy_manager", "billing": "billing_approver"}


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Iterator[RealProvider]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the provider is on loopback
    with provider() as found:
        yield found


def web_of(real: RealProvider, *, secret: str = SECRET, **rules: Any) -> FakeWeb:
    settings = ProviderSettings(issuer=real.address, client=CLIENT, secret=secret, roles=ROLES)
    asked = Provider(settings=settings, clock=SystemClock())
    return fake_web(provider=asked, rules={"second_factor": [], **rules})


def client_of(web: FakeWeb) -> FlaskClient:
    assert isinstance(web.server, Flask)
    return web.server.test_client()


def sent(client: FlaskClient, onward: str = "/meters") -> str:
    """Return the address at the provider to which a person is sent."""
    answer = client.get(f"/sign-in?next={onward}")
    assert answer.status_code == 303
    return answer.headers["Location"]


def back(address: str) -> str:
    """Go to the provider as the person's browser does; return the way back."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def test_a_person_comes_in_by_the_provider_with_the_roles_of_the_groups(
    real: RealProvider,
) -> None:
    web = web_of(real)
    client = client_of(web)
    address = sent(client)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = client.get(back(address))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/meters")
    assert client.get("/_dash-layout").status_code == 200
    (person,) = (p for name, p in web.people.people.items() if name.startswith("u-1@127.0.0.1"))
    assert (person.name, person.roles) == ("Ada Lovelace", ("energy_manager",))
    assert web.people.journal[-1] == ("signed in", str(person.person))


def test_roles_follow_the_groups_at_each_sign_in(real: RealProvider) -> None:
    web = web_of(real)
    client = client_of(web)
    client.get(back(sent(client)))
    real.groups = ["billing", "unknown here"]
    client.get(back(sent(client)))
    assert ("roles", "billing_approver") in web.people.journal
    assert len([name for name in web.people.people if name.startswith("u-1@")]) == 1


@pytest.mark.parametrize(
    ("methods", "way"), [([], "/second-factor?next=/meters"), (["pwd", "otp"], "/meters")]
)
def test_a_second_factor_of_the_provider_counts(
    real: RealProvider, methods: list[str], way: str
) -> None:
    real.groups, real.methods = ["billing"], methods
    client = client_of(web_of(real, second_factor=["billing_approver"]))
    assert client.get(back(sent(client))).headers["Location"] == way


def refused(web: FakeWeb, client: FlaskClient, path: str, why: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 403
    assert client.get("/_dash-layout").status_code == 401
    assert web.doors.acts[-1] == ("sign_in_refused", None, f"provider: {why}")
    assert list(web.people.people) == ["grace"]


def test_whoever_is_in_no_group_of_ours_stays_out(real: RealProvider) -> None:
    real.groups = ["canteen"]
    web = web_of(real)
    client = client_of(web)
    refused(web, client, back(sent(client)), "groups")


@pytest.mark.parametrize("spoilt", ["audience", "nonce", "signature", "issuer"])
def test_a_token_that_is_no_proof_lets_nobody_in(real: RealProvider, spoilt: str) -> None:
    web = web_of(real)
    client = client_of(web)
    address = sent(client)
    if spoilt == "audience":
        real.audience = "somebody else"
    elif spoilt == "nonce":
        real.nonce = "of another sign-in"
    elif spoilt == "signature":
        other = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        real.signing = KeySet([other])
    else:
        real.address = "http://127.0.0.1:1"
    refused(web, client, back(address), "proof")


def test_the_provider_verifies_pkce_and_takes_a_code_once(real: RealProvider) -> None:
    web = web_of(real)
    client = client_of(web)
    path = back(sent(client))
    ((digest, (nonce, _, onward)),) = web.doors.asked.items()
    web.doors.asked[digest] = (nonce, "another-verifier-of-at-least-forty-three-signs", onward)
    refused(web, client, path, "proof")
    assert real.refused == ["invalid_grant"]


def test_a_way_back_that_this_browser_did_not_begin_is_refused(real: RealProvider) -> None:
    web = web_of(real)
    client = client_of(web)
    path = back(sent(client))
    refused(web, client_of(web), path, "state")
    assert client.get(path).status_code == 303
    client.post("/sign-out", data={"csrf": client.get_cookie("meterline_csrf").value})  # type: ignore[union-attr]
    assert client.get(path).status_code == 403  # a state is used once


def test_a_wrong_secret_of_ours_is_told_as_no_proof(real: RealProvider) -> None:
    web = web_of(real, secret="wrong")
    client = client_of(web)
    refused(web, client, back(sent(client)), "proof")


def test_people_with_a_password_come_in_while_the_provider_is_away(real: RealProvider) -> None:
    real_address, real.address = real.address, "http://127.0.0.1:1"
    web = web_of(real)
    client = client_of(web)
    answer = client.get("/sign-in")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    form = {"sign_in": "grace", "password": PASSWORD}
    assert client.post("/login", data=form).status_code == 303
    assert real_address.startswith("http://127.0.0.1")


def test_a_person_of_the_provider_has_no_password_here(real: RealProvider) -> None:
    web = web_of(real)
    client = client_of(web)
    client.get(back(sent(client)))
    (name,) = (each for each in web.people.people if each.startswith("u-1@"))
    for password in ("none", ""):
        form = {"sign_in": name, "password": password}
        assert client_of(web).post("/login", data=form).status_code == 401


@pytest.mark.parametrize(
    ("issuer", "client", "roles"),
    [
        ("http://login.example", "meterline", "a=viewer"),
        ("https://login.example", "", "a=viewer"),
        ("https://login.example", "meterline", ""),
    ],
)
def test_half_a_provider_is_refused(issuer: str, client: str, roles: str) -> None:
    with pytest.raises(ConfigError, match="oidc_"):
        provider_settings(issuer, client, "x", roles)


def test_no_provider_is_none() -> None:
    assert provider_settings("", "", "", "") is None
