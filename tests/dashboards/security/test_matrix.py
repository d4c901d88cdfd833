"""Every page, callback and route as every role and as another tenant: refused, or own rows only."""

from __future__ import annotations

import io
from itertools import product

import pytest

from dashboards.pages.views import VIEWS
from dashboards.security.scope import Right, Role
from tests.dashboards.security.matrix_lists import (
    ONE,
    OTHER,
    PAGES,
    POSTED,
    ROUTES,
    VALUES,
    WILD,
    WORDS,
    may,
)
from tests.dashboards.security.matrix_posts import ANSWERS, bodies, form_of, told, written
from tests.dashboards.security.matrix_town import Matrix, matrix, server

__all__ = ["matrix", "server"]
pytestmark = pytest.mark.servers


def test_every_page_and_route_of_the_app_is_told_here(matrix: Matrix) -> None:
    assert {form_of(view.path.pattern) for view in VIEWS} == set(PAGES)
    rules = {rule.rule for rule in matrix.server.url_map.iter_rules()}
    assert rules == ROUTES.keys() | POSTED
    posting = {r.rule for r in matrix.server.url_map.iter_rules() if "POST" in (r.methods or ())}
    assert posting == POSTED


def test_every_callback_of_the_app_can_be_posted_here(matrix: Matrix) -> None:
    known = matrix.subjects.of(OTHER)
    for callback in matrix.client.get("/_dash-dependencies").get_json():
        assert list(bodies(callback, known)), callback["output"]


@pytest.mark.parametrize("role", list(Role))
def test_a_page_is_shown_to_those_who_may_see_it_alone(matrix: Matrix, role: Role) -> None:
    matrix.sit(role)
    for form, (address, right) in PAGES.items():
        shown_page = matrix.page(address.format(**matrix.subjects.of(ONE)))
        if not may(role, right) and form != "/":
            assert '"data-ready":"absent"' in shown_page, form
    if not may(role, Right.READ_BILLS):
        for address, _right in PAGES.values():
            shown_page = matrix.page(address.format(**matrix.subjects.of(ONE)))
            assert matrix.subjects.numbers[ONE] not in shown_page, address


@pytest.mark.parametrize("mine", [ONE, OTHER])
def test_a_tenant_is_shown_its_own_alone(matrix: Matrix, mine: str) -> None:
    other = OTHER if mine == ONE else ONE
    matrix.sit(Role.TENANT, f"account/A-{mine}")
    for building, (form, (address, right)) in product((mine, other), PAGES.items()):
        shown_page = matrix.page(address.format(**matrix.subjects.of(building)))
        for secret in matrix.secrets(other):
            assert secret not in shown_page, f"{form} of {building} tells {secret}"
        theirs = building == mine or "{" not in address
        absent = '"data-ready":"absent"' in shown_page
        assert absent == (form != "/" and not (may(Role.TENANT, right) and theirs)), form
    assert matrix.secrets(mine)[0] in matrix.page("/portal")


@pytest.mark.parametrize("role", list(Role))
def test_a_route_answers_those_who_may_alone(matrix: Matrix, role: Role) -> None:
    matrix.sit(role, *([f"account/A-{ONE}"] if role is Role.TENANT else ()))
    for rule, (address, right) in ROUTES.items():
        with matrix.client.get(address.format(**matrix.subjects.of(OTHER))) as answer:
            if not may(role, right):
                assert answer.status_code == 403, rule
            for secret in () if may(role, Right.READ_BILLS) else matrix.secrets(OTHER)[2:]:
                assert secret.encode() not in answer.data, rule
    if not may(role, Right.ADMINISTER):
        bound = matrix.client.post("/devices", data={"csrf": matrix.token})
        assert bound.status_code in {400, 403}
    own = [address for address, right in ROUTES.values() if right is Right.READ_OWN]
    assert len(own) == 3
    for address, (building, status) in product(own, ((OTHER, 404), (ONE, 200))):
        with matrix.client.get(address.format(**matrix.subjects.of(building))) as paper:
            assert paper.status_code == (status if role is Role.TENANT else 403), address


@pytest.mark.parametrize("role", list(Role))
def test_a_file_is_taken_of_those_who_may_hand_it_in_alone(matrix: Matrix, role: Role) -> None:
    matrix.sit(role, *([f"account/A-{ONE}"] if role is Role.TENANT else ()))
    before = matrix.stored()
    for rule, words in (("workbook", "no workbook"), ("bills", "parallel run")):
        data = {
            "run": str(matrix.subjects.run),
            "file": (io.BytesIO(b"PK not a workbook"), "take-over.xlsx"),
        }
        headers = {"X-CSRFToken": matrix.token}
        answer = matrix.client.post(f"/upload/take-over/{rule}", data=data, headers=headers)
        if may(role, Right.ISSUE):
            assert (answer.status_code, words in answer.text) == (422, True), answer.text
        else:
            assert answer.status_code == 403, rule
            assert matrix.subjects.numbers[ONE] not in answer.text
    assert matrix.stored() == before


@pytest.mark.parametrize(
    ("role", "mine"), [(Role.TENANT, ONE), (Role.TENANT, OTHER), (Role.KIOSK, "")]
)
def test_a_callback_tells_and_does_nothing_for_those_who_may_not(
    matrix: Matrix, role: Role, mine: str
) -> None:
    matrix.sit(role, *([f"account/A-{mine}"] if mine else ()))
    before = matrix.stored()
    for callback in matrix.client.get("/_dash-dependencies").get_json():
        for body in bodies(callback, matrix.subjects.of(OTHER if mine == ONE else ONE)):
            answer = matrix.post(body)
            assert answer.status_code in ANSWERS, (callback["output"], answer.text)
            for building in {ONE, OTHER} - {mine}:
                secrets = matrix.secrets(building)
                for secret in secrets[2:] if role is Role.KIOSK else secrets:
                    if role is Role.KIOSK and secret.startswith("Meter of"):
                        continue
                    assert secret not in told(answer), (callback["output"], secret)
    assert matrix.stored() == before


@pytest.mark.parametrize("role", [role for role in Role if not may(role, Right.READ_BILLS)])
def test_a_callback_tells_no_bill_to_those_who_read_none(matrix: Matrix, role: Role) -> None:
    matrix.sit(role)
    for callback in matrix.client.get("/_dash-dependencies").get_json():
        for body in bodies(callback, matrix.subjects.of(ONE)):
            answer = matrix.post(body)
            assert answer.status_code in ANSWERS, (callback["output"], answer.text)
            for building in (ONE, OTHER):
                assert matrix.subjects.numbers[building] not in told(answer), callback["output"]


def test_a_tenant_asks_about_its_own_and_reads_the_answer(matrix: Matrix) -> None:
    matrix.sit(Role.TENANT, f"account/A-{ONE}")
    before = matrix.stored()
    form = {"act": "ask-office", "about": f"bill/{matrix.subjects.numbers[ONE]}@0"}
    known = matrix.client.get("/_dash-dependencies").get_json()
    answer = matrix.post(
        {
            "output": next(each["output"] for each in known if "act-said" in each["output"]),
            "outputs": [
                {"id": "page", "property": "children"},
                [{"id": {**form, "type": "act-said"}, "property": "children"}],
            ],
            "inputs": [[{"id": {**form, "type": "act"}, "property": "n_clicks", "value": 1}]],
            "state": [
                [
                    {
                        "id": {**form, "type": "act-field", "field": field},
                        "property": "value",
                        "value": value,
                    }
                    for field, value in (("words", "Why?"), ("line", "1"))
                ],
                {"id": "url", "property": "pathname", "value": "/portal/enquiries"},
                {"id": "url", "property": "search", "value": ""},
            ],
            "changedPropIds": [written({**form, "type": "act"}) + ".n_clicks"],
        }
    )
    assert "Sent." in answer.text
    assert matrix.stored() != before
    matrix.web.town.catch_up()
    own = matrix.page("/portal/enquiries")
    assert "Why?" in own
    assert f"{matrix.subjects.numbers[ONE]}, line 1" in own
    matrix.sit(Role.BILLING_CLERK)
    office = matrix.page("/enquiries")
    assert [words for words in ("Why?", *WORDS.values()) if words not in office] == []


@pytest.mark.parametrize(
    "name", ["", "x", "-1", "9" * 30, "../..", "' OR 1=1", "\x00", "名" * 5000]
)
def test_what_does_not_exist_is_refused_by_every_callback_not_failed_at(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    matrix.sit(Role.BILLING_CLERK)
    before = matrix.stored()
    known = dict.fromkeys(matrix.subjects.of(ONE), name)
    for part in WILD.keys() - {"verb", "act"}:
        monkeypatch.setitem(WILD, part, ["{person}"])
    monkeypatch.setitem(VALUES, "pathname", f"/{name}")
    failed = [
        callback["output"]
        for callback in matrix.client.get("/_dash-dependencies").get_json()
        for body in bodies(callback, known)
        if matrix.post(body).status_code not in ANSWERS
    ]
    assert failed == []
    assert matrix.stored() == before
