"""What goes wrong at the airport: as much as was asked for, at its hour, one fault a place."""

from __future__ import annotations

import pytest

from simulator.airport.design import airport_of
from simulator.airport.faults import Fault, FaultKind, FaultLevel, faults_of

AIRPORT = airport_of(300, 1)
SHOW_S = 50_000_000
HOUR_S = 3_600


def test_with_none_nothing_goes_wrong() -> None:
    assert faults_of(AIRPORT, FaultLevel.NONE, SHOW_S) == ()


def test_with_some_there_is_one_of_each_kind() -> None:
    faults = faults_of(AIRPORT, FaultLevel.SOME, SHOW_S)
    assert sorted(fault.kind for fault in faults) == sorted(FaultKind)
    assert all(SHOW_S < fault.first_s < SHOW_S + 12 * HOUR_S for fault in faults)


def test_with_many_there_are_more_and_no_place_has_two() -> None:
    faults = faults_of(AIRPORT, FaultLevel.MANY, SHOW_S)
    points = [fault.point for fault in faults]
    assert len(points) == len(set(points)) > 15


@pytest.mark.parametrize("meters", [30, 60])
def test_a_small_airport_has_what_it_has_places_for(meters: int) -> None:
    kinds = {fault.kind for fault in faults_of(airport_of(meters, 1), FaultLevel.SOME, SHOW_S)}
    assert {FaultKind.LEAK, FaultKind.RESIDUAL, FaultKind.CONTACT} <= kinds


def test_the_same_show_has_the_same_faults() -> None:
    level = FaultLevel.MANY
    assert faults_of(AIRPORT, level, SHOW_S) == faults_of(AIRPORT, level, SHOW_S)


def test_a_fault_comes_again_only_when_it_is_said_to() -> None:
    once = Fault(kind=FaultKind.STUCK, point="p", first_s=100, until_s=200)
    again = Fault(kind=FaultKind.SILENT, point="p", first_s=100, until_s=200, every_s=1000)
    for_good = Fault(kind=FaultKind.LEAK, point="p", first_s=100)
    instants = (99, 100, 199, 200, 1150)
    assert [once.active(at) for at in instants] == [False, True, True, False, False]
    assert [again.active(at) for at in instants] == [False, True, True, False, True]
    assert [for_good.active(at) for at in instants] == [False, True, True, True, True]
