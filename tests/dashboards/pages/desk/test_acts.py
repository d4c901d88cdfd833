"""What a form of the cash desk does: once for each press, for those who may, said in words."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import quote

import pytest

from billing.ledger.sheets import SheetFormat, written
from dashboards.components.act_form import Done
from dashboards.pages.acts import perform
from dashboards.pages.desk.acts import COUNT, OPEN, PAY, SELL, TOP_UP, VOID, seen_of
from dashboards.pages.desk.paths import customer_path
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.pages.tables import sheet_for
from dashboards.security.scope import Role
from dashboards.till_commands import SeenShift
from energy.base.errors import EnergyError, NotPermittedError
from tests.dashboards.fakes import FakeSite
from tests.dashboards.pages.money.test_acts import offered
from tests.dashboards.test_pages import parts, ready, viewer

EAST = "EAST@1@5"
PAID = {"amount": "50.00", "means": "cash", "given": "", "again": "no"}


def site_of(given: Parts) -> FakeSite:
    assert isinstance(given.queries, FakeSite)
    given.queries.desks(viewer(Role.BILLING_CLERK).scope)  # it is made at the first question
    return given.queries


def taken(given: Parts, desk: str = "EAST") -> list[Decimal]:
    return [each.amount for each in site_of(given).shifts[desk][-1].takings.values()]


def test_money_is_taken_once_a_press_and_leads_to_its_receipt() -> None:
    given, clerk = parts(), viewer(Role.BILLING_CLERK)
    pressed = {"act": TOP_UP, "about": f"{EAST}@A-0002"}
    for _ in range(2):
        done = perform(given, clerk, pressed, PAID | {"given": "60"})
    assert isinstance(done, Done)
    assert "Give back £10.00" in done.words
    assert done.links == (("Receipt", "/download/receipts/EAST/1/R-EAST-2026-000004.pdf", True),)
    assert taken(given)[3:] == [Decimal("50.00")]


def test_an_empty_amount_is_what_was_seen_as_open_of_a_document_and_nothing_else() -> None:
    given, clerk = parts(), viewer(Role.BILLING_CLERK)
    pressed = {"act": PAY, "about": f"{EAST}@A-0003"}
    seen = {"document": "2026/09/40198@12.50", "amount": "", "means": "transfer"}
    perform(given, clerk, pressed, seen)
    (last,) = list(site_of(given).shifts["EAST"][-1].takings.values())[3:]
    assert (last.invoice, last.amount, last.means) == (
        "2026/09/40198",
        Decimal("12.50"),
        "transfer",
    )
    with pytest.raises(EnergyError, match="no amount"):
        perform(given, clerk, pressed, seen | {"document": "-"})


@pytest.mark.parametrize(
    ("act", "typed", "told"),
    [
        (TOP_UP, PAID | {"amount": "1e3"}, "no amount"),
        (TOP_UP, PAID | {"amount": "-1"}, "above zero"),
        (TOP_UP, PAID | {"amount": "9" * 13}, "no amount"),
        (TOP_UP, PAID | {"means": "gold"}, "no means"),
        (TOP_UP, PAID | {"given": "49.99"}, "was given"),
        (PAY, {"document": "", "amount": "", "means": "cash"}, "no amount"),
        (SELL, {"means": "cash"}, "--units"),
        (VOID, {"receipt": "R-EAST-2026-000002", "reason": " "}, "reason"),
        (VOID, {"receipt": "R-EAST-2026-000001", "reason": "x"}, "void already"),
        (VOID, {"receipt": "R-MAIN-2026-000001", "reason": "x"}, "no receipt"),
        (COUNT, {"count-50": "1.5"}, "no number"),
        (COUNT, {"count-1e9": "1"}, "no coin"),
        (COUNT, {"others": "50"}, "no number"),
        (OPEN, {"desk": "EAST"}, "open at desk"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words_and_changes_nothing(
    act: str, typed: dict[str, str], told: str
) -> None:
    given, clerk = parts(), viewer(Role.BILLING_CLERK)
    before = taken(given)
    about = "" if act == OPEN else f"{EAST}@A-0002"
    with pytest.raises(EnergyError) as refused:
        perform(given, clerk, {"act": act, "about": about}, typed)
    assert told in refused.value.told("en")
    assert refused.value.told("zh") != refused.value.told("en")
    assert (taken(given), site_of(given).shifts["EAST"][-1].state) == (before, "open")


@pytest.mark.parametrize("about", ["", "MAIN", "MAIN@x@1", "MAIN@1@", "@@@", "MAIN@٣@1"])
def test_a_form_about_no_shift_is_refused(about: str) -> None:
    with pytest.raises(EnergyError):
        seen_of(about)


def test_a_form_names_the_shift_as_it_was_seen() -> None:
    assert seen_of(f"{EAST}@A@B") == SeenShift(desk="EAST", number=1, version=5)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.BILLING_CLERK}))
def test_only_a_clerk_may_and_is_offered_it(role: Role) -> None:
    given = parts()
    before = taken(given)
    for act in (TOP_UP, PAY, VOID, COUNT):
        typed = PAID | {"receipt": "R-EAST-2026-000002", "reason": "x", "document": "-"}
        with pytest.raises(NotPermittedError):
            perform(given, viewer(role), {"act": act, "about": f"{EAST}@A-0002"}, typed)
    for path in ("/desk", "/desk/EAST", "/desk/EAST/A-0002"):
        assert offered(given, role, path) == set()
    assert taken(given) == before


def test_a_clerk_looks_at_anothers_shift_and_takes_nothing_in_it() -> None:
    given, clerk = parts(), viewer(Role.BILLING_CLERK)
    site_of(given).shifts.update(site_of(given).counted_by_another())
    assert offered(given, Role.BILLING_CLERK, "/desk/WEST") == set()
    assert offered(given, Role.BILLING_CLERK, "/desk/WEST/A-0002") == set()
    assert offered(given, Role.BILLING_APPROVER, "/desk/WEST") == {"till-sign"}
    with pytest.raises(EnergyError, match="is counted"):
        perform(given, clerk, {"act": TOP_UP, "about": "WEST@1@2@A-0002"}, PAID)


@pytest.mark.parametrize(
    "path",
    [
        "/desk/NONE",
        "/desk/EAST/none",
        "/desk/EAST/shifts/2",
        "/desk/EAST/shifts/0",
        "/desk/%00",
        "/desk/EAST/%00",
    ],
)
def test_an_address_of_no_desk_shift_or_account_says_so(path: str) -> None:
    assert ready(page_for(parts(), viewer(Role.BILLING_CLERK), path)) == "absent"


def test_an_account_stands_in_its_address_whatever_signs_it_has() -> None:
    assert customer_path("收费1", "A/1 ü") == f"/desk/{quote('收费1')}/A%2F1%20%C3%BC"


def test_the_table_of_a_shift_has_every_receipt_and_sums_by_means() -> None:
    clerk = viewer(Role.BILLING_CLERK)
    sheet = sheet_for(parts(), clerk, "shift~EAST-1", "")
    assert sheet is not None
    at = sheet.heads.index("Amount")
    assert [(row[0], row[at]) for row in sheet.rows] == [
        ("R-EAST-2026-000001", Decimal("20.00")),
        ("R-EAST-2026-000002", Decimal("40.00")),
        ("R-EAST-2026-000003", Decimal("60.00")),
        ("Sum", Decimal(0)),
        ("Sum", Decimal("40.00")),
        ("Sum", Decimal("60.00")),
    ]
    assert sheet.rows[0][sheet.heads.index("State")] == "void"
    assert b"R-EAST-2026-000001" in written(sheet, SheetFormat.CSV)
    for name in ("shift~EAST-2", "shift~NONE-1", "shift~EAST", "shift~"):
        assert sheet_for(parts(), clerk, name, "") is None
