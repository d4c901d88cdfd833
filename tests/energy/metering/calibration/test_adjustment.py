"""An adjustment counts when a second person approved it, and is decided once."""

from __future__ import annotations

from datetime import date

import pytest
from eventsourcing.utils import get_topic

from energy.base.ids import id_of
from energy.metering.calibration.adjustment import Adjustment, proposed
from energy.metering.correction import CorrectionStateError, FourEyesError, StatementError

ANN, BEN = id_of("person", "ann"), id_of("person", "ben")
DAY = date(2019, 1, 1)


def adjustment(*, reason: str = "class exceeded", amount: int = 7) -> Adjustment:
    return proposed(
        channel=1,
        serial="S-1",
        first=DAY,
        last=DAY,
        basis={"error_percent": "-1/2"},
        certificate="",
        known_position=12,
        days={DAY: amount},
        reason=reason,
        by=ANN,
        command_id=id_of("test", "propose"),
    )


def test_another_person_approves() -> None:
    made = adjustment()
    with pytest.raises(FourEyesError):
        made.approve(by=ANN, command_id=id_of("test", "own"))
    made.approve(by=BEN, command_id=id_of("test", "other"))
    assert made.state == "approved"
    assert [get_topic(type(each)) for each in made.collect_events()] == [
        "adjustment.proposed",
        "adjustment.approved",
    ]


def test_what_is_decided_is_decided() -> None:
    made = adjustment()
    made.reject(by=ANN, reason="mistyped", command_id=id_of("test", "back"))
    with pytest.raises(CorrectionStateError, match="rejected"):
        made.approve(by=BEN, command_id=id_of("test", "late"))


def test_neither_without_reason_nor_of_nothing() -> None:
    with pytest.raises(StatementError):
        adjustment(reason=" ")
    with pytest.raises(StatementError, match="Nothing is added"):
        adjustment(amount=0)
    with pytest.raises(StatementError):
        adjustment().reject(by=BEN, reason="", command_id=id_of("test", "no"))
