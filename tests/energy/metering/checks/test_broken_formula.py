"""A version of a formula is broken from the first problem on that falls into its time."""

from __future__ import annotations

from energy.metering.checks.broken_formula import HeldVersion, found
from energy.metering.formula.errors import FormulaError

TEXT = "[grid]\n- [pv]"


def gone(name: str) -> FormulaError:
    return FormulaError.at("formula.unknown", TEXT, TEXT.index(name), name=name)


def version(*problems: tuple[int, FormulaError]) -> HeldVersion:
    return HeldVersion(place=3, formula="net", start_us=100, end_us=200, problems=problems)


def test_the_first_problem_is_told_with_its_place_in_the_text() -> None:
    (span,) = found([version((150, gone("[pv]")), (120, gone("[grid]"))), version()])
    assert (span.place, span.start_us, span.end_us) == (3, 120, 200)
    assert span.proof["formula"] == "net"
    assert (span.proof["row"], span.proof["column"]) == (1, 1)
    assert "[grid]" in span.proof["because"]
    (second,) = found([version((150, gone("[pv]")))])
    assert (second.proof["row"], second.proof["column"]) == (2, 3)


def test_what_was_wrong_before_counts_from_the_begin_and_what_comes_later_does_not() -> None:
    (span,) = found([version((50, gone("[pv]")))])
    assert span.start_us == 100
    assert found([version((200, gone("[pv]")))]) == []
