"""A version of a formula is broken while something is wrong that falls into its time."""

from __future__ import annotations

from energy.metering.checks.broken_formula import Fault, HeldVersion, found
from energy.metering.formula.errors import FormulaError

TEXT = "[grid]\n- [pv]"


def gone(name: str, start_us: int, end_us: int = 999) -> Fault:
    error = FormulaError.at("formula.unknown", TEXT, TEXT.index(name), name=name)
    return Fault(start_us=start_us, end_us=end_us, error=error)


def version(*faults: Fault) -> HeldVersion:
    return HeldVersion(place=3, formula="net", start_us=100, end_us=200, faults=faults)


def test_the_first_fault_is_told_with_its_place_in_the_text() -> None:
    (span,) = found([version(gone("[pv]", 150), gone("[grid]", 120)), version()])
    assert (span.place, span.start_us, span.end_us) == (3, 120, 200)
    assert span.proof["formula"] == "net"
    assert (span.proof["row"], span.proof["column"]) == (1, 1)
    assert "[grid]" in span.proof["because"]
    (second,) = found([version(gone("[pv]", 150))])
    assert (second.proof["row"], second.proof["column"]) == (2, 3)


def test_what_was_wrong_before_counts_from_the_begin_and_what_comes_later_does_not() -> None:
    (span,) = found([version(gone("[pv]", 50))])
    assert span.start_us == 100
    assert found([version(gone("[pv]", 200))]) == []
    assert found([version(gone("[pv]", 50, 100))]) == []


def test_a_fault_that_is_over_ends_its_span_and_another_goes_on_from_there() -> None:
    spans = found([version(gone("[grid]", 110, 130), gone("[pv]", 120, 140), gone("[pv]", 160))])
    assert [(span.start_us, span.end_us) for span in spans] == [(110, 130), (130, 140), (160, 200)]
    assert [span.proof["row"] for span in spans] == [1, 2, 2]
