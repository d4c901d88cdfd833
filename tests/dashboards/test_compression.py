"""Texts travel compressed to who can read it; nobody gets another's answer."""

from __future__ import annotations

import brotli
import pytest
from flask.testing import FlaskClient

from tests.dashboards.fakes import fake_web

PLOTLY = "/assets/plotly-4.1.1.min.js"


def asked(client: FlaskClient, path: str, accepts: str) -> tuple[bytes, dict[str, str]]:
    with client.get(path, headers={"Accept-Encoding": accepts}) as answer:
        return answer.data, dict(answer.headers)


def client_of_a_site() -> FlaskClient:
    made: FlaskClient = fake_web().server.test_client()
    return made


def test_the_largest_script_travels_in_less_than_half_a_megabyte() -> None:
    client = client_of_a_site()
    packed, headers = asked(client, PLOTLY, "br, gzip")
    plain, bare = asked(client, PLOTLY, "identity")
    assert headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in headers["Vary"]
    assert "Content-Encoding" not in bare
    assert brotli.decompress(packed) == plain
    assert len(packed) < 500_000 < len(plain)


@pytest.mark.parametrize("accepts", ["", "identity", "zstd"])
def test_who_cannot_read_it_gets_it_plain(accepts: str) -> None:
    assert "Content-Encoding" not in asked(client_of_a_site(), PLOTLY, accepts)[1]


def test_nothing_compressed_is_kept_for_the_next_person() -> None:
    client = client_of_a_site()
    english, headers = asked(client, "/login", "br")
    client.get("/preferences?language=zh").close()
    chinese, _ = asked(client, "/login", "br")
    assert headers["Content-Encoding"] == "br"
    assert brotli.decompress(english) != brotli.decompress(chinese)
