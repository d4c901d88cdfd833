"""Files that are handed in: by whom, how large, with which token; said in words or not at all."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from billing.takeover.task_desk import MOST_FILE
from dashboards.takeover_routes import UPLOAD
from tests.dashboards.fake_takeover import Old
from tests.dashboards.fakes import FakeWeb, fake_web
from tests.dashboards.security.test_gate import client_of, signed_in

RUN = "00000000-0000-0000-0000-000000000006"


def clerk() -> tuple[FakeWeb, FlaskClient, dict[str, str]]:
    web = fake_web(roles=("billing_clerk",))
    client, token = signed_in(web)
    return web, client, {"X-CSRFToken": token}


def old_of(web: FakeWeb) -> Old:
    return web.site.old


def file(content: bytes = b"PK", name: str = "w.xlsx") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def body(content: bytes, **fields: str) -> dict[str, Any]:
    """Return a form with a file as the octets that a browser sends."""
    told = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (k.encode(), v.encode())
        for k, v in fields.items()
    )
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="w.xlsx"\r\n\r\n'
    return {
        "data": told + head + content + b"\r\n--x--\r\n",
        "content_type": "multipart/form-data; boundary=x",
    }


def test_a_workbook_is_taken_with_its_name_and_every_octet() -> None:
    web, client, headers = clerk()
    content = bytes(range(256)) * 8_000  # twice what any other request may be
    sent = body(content)
    sent["data"] = sent["data"].replace(b'"w.xlsx"', '"名 x.xlsx"'.encode())
    answer = client.post(f"{UPLOAD}/workbook", **sent, headers=headers)
    assert (answer.status_code, answer.get_json()) == (200, {"said": "Taken. It is being checked."})
    (taken,) = old_of(web).handed_in
    assert (taken.name, taken.content) == ("名 x.xlsx", content)


def test_bills_come_with_their_run_and_perhaps_with_charges() -> None:
    web, client, headers = clerk()
    for more in ({}, {"lines": file(b"b", "lines.csv")}):
        data: dict[str, Any] = {"run": RUN, "file": file(b"a", "bills.csv"), **more}
        assert client.post(f"{UPLOAD}/bills", data=data, headers=headers).status_code == 200
    assert [each.name for each in old_of(web).handed_in] == ["bills.csv", "bills.csv", "lines.csv"]
    wrong = {"run": "x", "file": file()}
    assert client.post(f"{UPLOAD}/bills", data=wrong, headers=headers).status_code == 422


@pytest.mark.parametrize("form", [{}, {"file": "words"}, {"other": "x"}])
def test_a_request_without_a_file_is_told_so(form: dict[str, str]) -> None:
    web, client, headers = clerk()
    answer = client.post(f"{UPLOAD}/workbook", data=form, headers=headers)
    assert answer.status_code == 422
    assert "No file" in answer.get_json()["said"]
    for body in (b"", b"\xff" * 500, b"--x\r\n"):
        made = client.post(
            f"{UPLOAD}/workbook",
            data=body,
            headers={**headers, "Content-Type": "multipart/form-data; boundary=x"},
        )
        assert made.status_code == 422
    assert old_of(web).handed_in == []


@pytest.mark.parametrize(("rule", "files"), [("workbook", 1), ("bills", 2)])
def test_what_is_larger_than_its_limit_is_refused_in_words(rule: str, files: int) -> None:
    web, client, headers = clerk()
    sent = body(b"x" * (files * MOST_FILE + 30_000), run=RUN)
    answer = client.post(f"{UPLOAD}/{rule}", **sent, headers=headers)
    assert answer.status_code == 413
    assert "10 MB" in answer.get_json()["said"]
    assert old_of(web).handed_in == []


def test_many_parts_are_refused() -> None:
    web, client, headers = clerk()
    sent = body(b"PK", **{f"field{n}": "x" for n in range(50)})
    assert client.post(f"{UPLOAD}/workbook", **sent, headers=headers).status_code == 413
    assert old_of(web).handed_in == []


def test_any_other_request_keeps_its_short_limit() -> None:
    _, client, headers = clerk()
    for path in ("/_dash-update-component", "/preferences", "/sign-out"):
        answer = client.post(path, data=b"x" * 1_100_000, headers=headers)
        assert answer.status_code in {400, 405, 413, 415, 303}, path
    large = client.post("/login", data={"sign_in": "x" * 1_100_000})
    assert (large.status_code, large.get_json()) == (413, {"refused": "too_large"})


def test_a_stranger_a_lost_token_and_another_site_hand_nothing_in() -> None:
    web, client, headers = clerk()
    stranger = client_of(web)
    for large in (b"x", b"x" * 5_000_000):
        assert stranger.post(f"{UPLOAD}/workbook", **body(large)).status_code == 401
        for sent in ({}, {"X-CSRFToken": "another"}):
            answer = client.post(f"{UPLOAD}/workbook", **body(large), headers=sent)
            assert answer.status_code in {403, 413}
        foreign = {**headers, "Origin": "https://elsewhere.example"}
        answer = client.post(f"{UPLOAD}/workbook", **body(large), headers=foreign)
        assert answer.status_code == 403
    assert old_of(web).handed_in == []


@pytest.mark.parametrize(
    "role",
    ["viewer", "technician", "billing_approver", "energy_manager", "admin", "tenant"],
)
def test_others_hand_nothing_in_and_nothing_of_it_is_read(role: str) -> None:
    web = fake_web(roles=(role,), rules={"second_factor": []})
    client, token = signed_in(web)
    unread = io.BytesIO(b"x" * 3_000_000)
    for rule in ("workbook", "bills"):
        answer = client.post(
            f"{UPLOAD}/{rule}",
            input_stream=unread,
            content_length=3_000_000,
            headers={"X-CSRFToken": token},
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == 403
    assert old_of(web).handed_in == []
    assert unread.tell() == 0


def test_the_empty_workbook_explains_itself_in_the_readers_language() -> None:
    _, client, _ = clerk()
    for language, word in (("en", "Take-over workbook"), ("zh", "接管工作簿")):
        client.set_cookie("meterline_language", language)
        answer = client.get("/download/take-over.xlsx")
        assert answer.status_code == 200
        book = load_workbook(io.BytesIO(answer.data))
        assert book.worksheets[0].cell(1, 1).value == word
        assert "control totals" in book.sheetnames
