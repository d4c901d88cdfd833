"""Who has no account sees a supply case by number and code: nothing else, and no guessing."""

from __future__ import annotations

from typing import Any

import pytest

from energy.base.clock import ManualClock
from tests.dashboards.fake_cases import CASES, CODE
from tests.dashboards.fakes import NOW, FakeWeb, fake_web


def ask(web: FakeWeb, number: str, code: str, **headers: str) -> Any:
    server: Any = web.server
    return server.test_client().post(
        "/case", data={"number": number, "code": code}, headers=headers
    )


def words(answer: Any) -> str:
    """Return a page without the number that stands in its field."""
    return str(answer.text).replace(CASES["quoted"], "").replace("C-2026-99999", "")


def test_number_and_code_show_how_far_it_is_and_no_word_of_the_office() -> None:
    web = fake_web()
    answer = ask(web, CASES["quoted"].lower(), CODE)
    assert answer.status_code == 200
    assert "promised by" in answer.text
    assert "1,500.60" in answer.text
    for hidden in ("Grace", "Ben", "A-0002", "The board has room", "harbour", "plan of the room"):
        assert hidden not in answer.text, hidden
    assert "<script" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_number_and_a_wrong_code_are_the_same_answer() -> None:
    web = fake_web()
    number, code = ask(web, "C-2026-99999", CODE), ask(web, CASES["quoted"], "WRONG-CODE")
    assert number.status_code == code.status_code == 401
    assert words(number) == words(code)
    assert "promised" not in code.text
    assert ask(web, "", "").status_code == 401
    for number, code in ((CASES["quoted"] + "\0x", CODE), (CASES["quoted"], "A\0B")):
        assert ask(web, number, code).status_code == 401


def test_what_was_typed_is_text() -> None:
    answer = ask(fake_web(), '"><script>alert(1)</script>', "x" * 9000)
    assert answer.status_code == 401
    assert "<script" not in answer.text
    assert "&gt;&lt;script&gt;" in answer.text


def test_a_number_is_tried_a_few_times_a_minute_whichever_worker_answers() -> None:
    clock = ManualClock(NOW)
    web = fake_web(clock=clock)
    for _ in range(5):
        assert ask(web, CASES["quoted"], "WRONG").status_code == 401
    held = ask(web, CASES["quoted"].lower(), CODE)
    assert held.status_code == 429
    assert "Too many tries" in held.text
    assert "promised" not in held.text
    other = fake_web(clock=clock)  # another worker: its own counter, the same directory
    other.store.failed = (5, 0)
    assert ask(other, CASES["quoted"], CODE).status_code == 429
    assert web.people.journal == [("failed", f"supply case {CASES['quoted']}")] * 5
    assert ask(web, CASES["survey"], CODE).status_code == 200, "another number may be tried"


def test_another_sites_page_asks_nothing() -> None:
    answer = ask(fake_web(), CASES["quoted"], CODE, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "promised" not in answer.text


@pytest.mark.parametrize("path", ["/case/", "/cases", f"/cases/{CASES['quoted']}"])
def test_the_open_door_opens_no_other(path: str) -> None:
    server: Any = fake_web().server
    answer = server.test_client().get(path, headers={"Accept": "text/html"})
    assert answer.status_code in {302, 404}
    assert CASES["quoted"] not in answer.text.replace(path, "")


def test_the_sign_in_leads_there() -> None:
    server: Any = fake_web().server
    assert 'href="/case"' in server.test_client().get("/login").text
    shown = server.test_client().get("/case", headers={"Cookie": "meterline_language=zh"})
    assert 'name="code"' in shown.text
