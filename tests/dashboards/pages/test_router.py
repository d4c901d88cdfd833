"""The frame of an address is sent with its page, and with no other."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboards.shell import LOCATION, PAGE
from tests.dashboards.fakes import fake_web
from tests.dashboards.security.test_gate import signed_in

HERE = "http://localhost"


def found(tree: Any, name: str) -> dict[str, Any]:
    """Return the properties of the component with an id, anywhere in a layout."""
    if isinstance(tree, dict):
        if tree.get("props", {}).get("id") == name:
            props: dict[str, Any] = tree["props"]
            return props
        tree = list(tree.values())
    for each in tree if isinstance(tree, list) else []:
        if props := found(each, name):
            return props
    return {}


def asked(client: FlaskClient, referer: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the properties of page and location in the frame of an address."""
    headers = {} if referer is None else {"Referer": referer}
    answer = client.get("/_dash-layout", headers=headers)
    assert answer.status_code == 200
    return found(answer.get_json(), PAGE), found(answer.get_json(), LOCATION)


def test_the_frame_brings_the_page_of_its_address() -> None:
    client, _ = signed_in(fake_web())
    page, location = asked(client, f"{HERE}/load?span=year&utility=gas")
    assert (location["pathname"], location["search"]) == ("/load", "?span=year&utility=gas")
    assert page["children"]["props"]["data-ready"] == "load"
    page, location = asked(client, f"{HERE}/")
    assert (location["pathname"], location["search"]) == ("/", "")
    assert page["children"]["props"]["data-ready"] == "overview"


def test_a_tenant_is_brought_its_own_page_and_no_other() -> None:
    client, _ = signed_in(fake_web(roles=("tenant",)))
    page, _ = asked(client, f"{HERE}/bills")
    assert page["children"]["props"]["data-ready"] == "absent"


@pytest.mark.parametrize(
    "referer", [None, "", "http://elsewhere.example/bills", f"{HERE}:99/", "no address"]
)
def test_without_an_address_of_its_own_the_frame_is_empty(referer: str | None) -> None:
    client, _ = signed_in(fake_web())
    page, location = asked(client, referer)
    assert not page.get("children")
    assert "pathname" not in location
