from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import ceil

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


def reconnecting(devices: int, capacity: int) -> tuple[list[float], list[int], float]:
    """Play devices that all lost their connection at once behind one thing that accepts slowly.

    Args:
        devices: How many; each is polled once a second, at a phase of its own.
        capacity: Connections that are accepted in a tenth of a second.

    Returns:
        When each was back [s], attempts in each tenth of a second, and the longest wait between
        two attempts of one device [s].
    """
    waits = [Backoff(f"device-{n}", first_s=0.5, most_s=30.0) for n in range(devices)]
    phase = [n * 617 % devices / devices for n in range(devices)]
    due = [(phase[n], n) for n in range(devices)]
    heapify(due)
    back, attempts, longest = [0.0] * devices, [0] * 6000, 0.0
    while due:
        at, device = heappop(due)
        tenth = int(at * 10)
        attempts[tenth] += 1
        if attempts[tenth] <= capacity:
            back[device] = at
            continue
        wait = waits[device].next_s()
        slot = phase[device] + ceil(at + wait - phase[device])  # the poll that finds the wait over
        longest = max(longest, slot - at)
        heappush(due, (slot, device))
    return back, attempts, longest


def test_ten_thousand_devices_that_reconnect_at_once_starve_nobody() -> None:
    back, attempts, longest = reconnecting(10_000, capacity=50)
    assert max(back) < 90.0, "20 s of work at least for who accepts 500 a second"
    assert longest < 32.0, "nobody is forgotten"
    assert max(attempts) <= 1_100, "polls are spread over their second, and so is the first rush"
    later = attempts[30 : int(max(back) * 10)]
    assert max(later) < 900


def test_ten_thousand_devices_are_all_back_in_a_second_when_nothing_is_in_their_way() -> None:
    back, attempts, _ = reconnecting(10_000, capacity=1_001)
    assert max(back) < 1.0
    assert sum(attempts) == 10_000
