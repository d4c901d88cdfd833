from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.backoff import Backoff


@given(st.text(), st.integers(1, 60))
def test_waits_double_with_a_jitter_and_never_exceed_the_longest(name: str, failures: int) -> None:
    backoff = Backoff(name, first_s=0.5, most_s=30.0)
    for failure in range(failures):
        whole = min(30.0, 0.5 * 2.0**failure)
        assert whole / 2 <= backoff.next_s() <= whole


def test_the_waits_are_the_same_every_time_and_differ_from_name_to_name() -> None:
    def waits(name: str) -> list[float]:
        backoff = Backoff(name, first_s=1.0, most_s=60.0)
        return [backoff.next_s() for _ in range(5)]

    assert waits("bus-1") == waits("bus-1")
    assert len({tuple(waits(f"bus-{n}")) for n in range(100)}) == 100


def test_success_begins_anew() -> None:
    backoff = Backoff("bus", first_s=1.0, most_s=60.0)
    first = backoff.next_s()
    backoff.next_s()
    backoff.reset()
    assert backoff.next_s() == first
