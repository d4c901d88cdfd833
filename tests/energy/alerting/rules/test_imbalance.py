"""Phases of one instant are compared, however they arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.rules.imbalance import Imbalance
from energy.alerting.rules.spec import Memory, Verdict
from tests.examples import tried

TERMS = Imbalance(above=1000, deadband=200, least=10)


def last(*rows: tuple[int, int, int]) -> tuple[Verdict, int]:
    """Return verdict and value of the last of some (instant, channel, value)."""
    memory: Memory = ()
    for at_us, channel, value in rows:
        found = TERMS.judge(memory, at_us, channel, value)
        memory = found.memory
    return found.verdict, found.value


def test_largest_deviation_from_the_mean_counts() -> None:
    assert last((1, 1, 100), (1, 2, 100), (1, 3, 130)) == (Verdict.OVER, 1818)
    assert last((1, 1, 100), (1, 2, 100), (1, 3, 112)) == (Verdict.UNDER, 769)
    assert last((1, 1, 100), (1, 2, 100), (1, 3, 115)) == (Verdict.BETWEEN, 952)


def test_phases_of_two_instants_are_not_compared() -> None:
    assert last((1, 1, 100), (1, 2, 100), (2, 3, 500))[0] is Verdict.SILENT
    assert last((1, 1, 100), (1, 2, 100), (2, 3, 500), (2, 1, 500), (2, 2, 500))[1] == 0


def test_hardly_loaded_phases_are_balanced() -> None:
    assert last((1, 1, 1), (1, 2, 20), (1, 3, 9)) == (Verdict.UNDER, 0)
    assert last((1, 1, 0), (1, 2, 0), (1, 3, 0)) == (Verdict.UNDER, 0)


@tried(40)
@given(st.lists(st.integers(0, 500), min_size=3, max_size=3), st.permutations([0, 1, 2]))
def test_order_of_the_phases_makes_no_difference(values: list[int], order: list[int]) -> None:
    rows = [(7, phase + 1, values[phase]) for phase in range(3)]
    assert last(*rows) == last(*(rows[n] for n in order))
