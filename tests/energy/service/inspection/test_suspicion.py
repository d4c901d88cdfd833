"""A broken seal: of one point and day one suspicion, until nobody looks because of it any more."""

from __future__ import annotations

import pytest

from tests.energy.service.inspection.test_desk import Office, office
from tests.energy.service.work.shop import ANNA, CLARA
from tests.fixtures.postgres import command

__all__ = ["office"]
pytestmark = pytest.mark.servers


def test_a_seal_that_is_broken_again_behind_the_end_of_a_suspicion_is_another(
    office: Office,
) -> None:
    first = office.seal()
    office.desk.dismiss(first, "sealed anew", by=CLARA, command_id=command("dismiss"))
    second = office.seal()
    assert second != first
    assert office.seal() == second, "of one point and day one is open"
    order = office.order(second)
    office.begun(order)
    assert office.seal() == second, "somebody is looking"
    office.evidence(order)
    office.finding(order)
    for verb, by in (("finish", ANNA), ("sign", CLARA)):
        office.shop.work(order, verb, by=by)
    third = office.seal()
    assert third not in {first, second}
    assert [each.suspicion for each in office.suspicions()] == [third]
