"""Photos of a work order: by whom, how large, of what content, with which token; how shown."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from dashboards.work_commands import MOST_PHOTO
from energy.base.ids import id_of
from energy.base.media_type import media_type_of
from tests.dashboards.fake_work import BUSY
from tests.dashboards.fakes import FakeWeb, fake_web
from tests.dashboards.security.test_gate import client_of, signed_in
from tests.dashboards.test_takeover_routes import body

ORDER = id_of("order", BUSY)
PATH = f"/upload/work/{ORDER}"
JPEG = b"\xff\xd8\xff\xe0 a photo"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"


def worker(*roles: str) -> tuple[FakeWeb, FlaskClient, dict[str, str]]:
    web = fake_web(roles=roles or ("technician",))
    client, token = signed_in(web)
    return web, client, {"X-CSRFToken": token}


def kept(web: FakeWeb) -> dict[str, tuple[str, bytes]]:
    return web.site.photos


def photo(content: bytes = JPEG, name: str = "p.jpg") -> dict[str, Any]:
    return {"file": (io.BytesIO(content), name)}


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"....ftypheic....", "image/heif"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
def test_a_photo_is_kept_by_what_it_holds_whatever_it_is_called(
    content: bytes, media_type: str
) -> None:
    web, client, headers = worker()
    for _ in range(2):
        answer = client.post(PATH, data=photo(content, "photo.exe"), headers=headers)
        assert (answer.status_code, answer.get_json()) == (200, {"said": "The photo is kept."})
    assert list(kept(web).values()) == [(media_type, content)]


@pytest.mark.parametrize("content", [SVG, HTML, b"", b"GIF89a", b"PK\x03\x04", JPEG[1:]])
def test_what_is_no_photo_is_refused_though_it_is_called_one(content: bytes) -> None:
    web, client, headers = worker()
    answer = client.post(PATH, data=photo(content, "photo.jpg"), headers=headers)
    assert answer.status_code == 422
    assert "by its content" in answer.get_json()["said"]
    assert kept(web) == {}
    assert media_type_of(content) is None


def test_what_is_too_large_is_refused_before_and_behind_its_told_length() -> None:
    web, client, headers = worker()
    for octets in (MOST_PHOTO + 1, MOST_PHOTO + 50_000):
        sent = body(JPEG + b"x" * octets)
        answer = client.post(PATH, **sent, headers=headers)
        assert answer.status_code in {413, 422}
        assert "larger than 10 MB" in answer.get_json()["said"]
    assert kept(web) == {}


@pytest.mark.parametrize("form", [{}, {"file": "words"}, {"other": "x"}])
def test_a_request_without_a_file_is_told_so(form: dict[str, str]) -> None:
    web, client, headers = worker()
    answer = client.post(PATH, data=form, headers=headers)
    assert (answer.status_code, kept(web)) == (422, {})


@pytest.mark.parametrize("role", ["viewer", "billing_clerk", "billing_approver", "tenant"])
def test_who_may_not_work_keeps_nothing(role: str) -> None:
    web, client, headers = worker(role)
    answer = client.post(PATH, data=photo(), headers=headers)
    assert answer.status_code == 403
    assert kept(web) == {}


def test_another_site_a_stranger_and_a_wrong_token_keep_nothing() -> None:
    web, client, headers = worker()
    foreign: list[dict[str, str]] = [
        {},
        {"X-CSRFToken": "wrong"},
        {**headers, "Origin": "https://evil.example"},
        {**headers, "Sec-Fetch-Site": "cross-site"},
    ]
    for sent in foreign:
        assert client.post(PATH, data=photo(), headers=sent).status_code == 403, sent
    assert client_of(web).post(PATH, data=photo(), headers=headers).status_code == 401
    assert client.get(PATH).status_code != 200 or kept(web) == {}
    assert kept(web) == {}


@pytest.mark.parametrize("order", ["x", "..%2f..", str(UUID(int=1)) + "x"])
def test_an_order_that_is_no_id_is_refused(order: str) -> None:
    web, client, headers = worker()
    answer = client.post(f"/upload/work/{order}", data=photo(), headers=headers)
    assert answer.status_code in {404, 405, 422}
    assert kept(web) == {}


@pytest.mark.parametrize(
    ("media_type", "shown", "disposition"),
    [
        ("image/jpeg", "image/jpeg", "inline"),
        ("application/pdf", "application/pdf", "attachment"),
        ("image/heif", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
    ],
)
def test_only_images_without_script_are_shown_all_else_is_a_file(
    media_type: str, shown: str, disposition: str
) -> None:
    web, client, _ = worker("viewer")
    web.site.photos["ab" * 32] = (media_type, b"content")
    answer = client.get(f"/download/work/{BUSY}/{'ab' * 32}")
    assert (answer.status_code, answer.data) == (200, b"content")
    assert answer.headers["Content-Type"] == shown
    assert answer.headers["Content-Disposition"].startswith(disposition)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/download/work/{BUSY}/{'cd' * 32}").status_code == 404
    assert client.get(f"/download/work/W-2026-00099/{'ab' * 32}").status_code == 404
    assert client_of(web).get(f"/download/work/{BUSY}/{'ab' * 32}").status_code in {302, 401}
