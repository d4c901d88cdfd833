"""News draw those parts of a page anew that still stand for something, and no made-up ones."""

from __future__ import annotations

from typing import Any

from dashboards.pages.incidents.story import STANDING
from tests.dashboards.fakes import fake_web
from tests.dashboards.security.test_gate import signed_in

KNOWN, GONE = "I-2026-00001", "I-2026-00999"


def redrawn(*numbers: str) -> tuple[int, dict[str, Any]]:
    """Return what news answer to a browser that shows how some incidents stand."""
    client, token = signed_in(fake_web())
    ids = [{"type": STANDING, "number": number} for number in numbers]
    body = {
        "output": f'{{"number":["ALL"],"type":"{STANDING}"}}.children',
        "outputs": [{"id": each, "property": "children"} for each in ids],
        "inputs": [{"id": "live", "property": "data", "value": "1"}],
        "state": [[{"id": each, "property": "id", "value": each} for each in ids]],
        "changedPropIds": ["live.data"],
    }
    headers = {"X-CSRFToken": token}
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    return answer.status_code, (answer.get_json(silent=True) or {}).get("response", {})


def test_what_there_is_no_more_stays_as_it_was_drawn() -> None:
    status, drawn = redrawn(KNOWN, GONE)
    assert status == 200
    (part,) = drawn
    assert KNOWN in part
    assert drawn[part]["children"]


def test_what_no_page_of_ours_names_is_unknown() -> None:
    assert redrawn(KNOWN, "no number")[0] == 404
