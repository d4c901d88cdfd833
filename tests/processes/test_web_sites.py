from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from energy.journal.directory import found_site
from energy.store.sites import Site
from processes.web_sites import SiteServers, site_key
from tests.fixtures.postgres import TestSite, command


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("north.energy.example:8050", "north"),
        ("North-Field.localhost", "north_field"),
        ("127.0.0.1", "127"),
        ("", ""),
    ],
)
def test_the_first_label_of_the_host_names_the_site(host: str, key: str) -> None:
    assert site_key(host) == key


def page_of(site: Site) -> Flask:
    server = Flask(site.key)
    server.add_url_rule("/", "page", lambda: site.name)
    return server


@pytest.mark.servers
def test_each_host_has_the_server_of_its_site_and_others_none(
    site_schema: TestSite, directory: Any
) -> None:
    made: list[str] = []

    def make(site: Site) -> Flask:
        made.append(site.key)
        return page_of(site)

    for key in ("north", "south"):
        found_site(
            directory,
            site_schema.clock,
            key=key,
            name=f"{key} field",
            zone="Europe/London",
            currency="GBP",
            language="en",
            command_id=command(key),
        )
    client = Client(SiteServers(directory, make))
    for _ in range(2):
        for key in ("north", "south"):
            answer = client.get("/", base_url=f"http://{key}.localhost")
            assert (answer.status_code, answer.text) == (200, f"{key} field")
    assert made == ["north", "south"]
    assert client.get("/", base_url="http://west.localhost").status_code == 404
    assert client.get("/health", base_url="http://127.0.0.1").json == {"ok": True, "sites": 2}
