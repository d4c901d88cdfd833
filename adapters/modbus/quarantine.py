"""In: which devices of a bus answered. Out: whom to ask now, and how long to wait for him. Pure.

A device is new until its first answer, then well; a failed cycle makes it doubtful, the third in
a row dead. A dead one is probed with one short read after 30 s, doubling to 10 min, and all dead
ones together may take a tenth of the bus's time, so that thirty of them do not slow the two that
live.
"""

from __future__ import annotations

from collections import deque
from enum import IntEnum

from adapters.backoff import Backoff
from adapters.modbus.frame import Fault

FAILURES_BEFORE_REST = 3
FIRST_REST_S = 30.0
LONGEST_REST_S = 600.0
DEAD_SHARE = 0.1
"""Most of a bus's time that dead devices may take."""
LATENCIES_KEPT = 100
PROBE_MARGIN = 1.5
SHORTEST_PROBE_S = 0.05
HASTE_AFTER = 2
"""Silent devices in one cycle, from which on the others are waited for no longer than usual."""

NOT_ITS_FAULT = frozenset(
    {
        Fault.NO_CONNECTION,
        Fault.TOO_MANY_FILES,
        Fault.NO_PORT,
        Fault.TLS,
        Fault.BUS_HELD,
        Fault.SECOND_MASTER,
        Fault.ECHO,
        Fault.CONFIGURATION,
        Fault.BUSY,
    }
)
"""Failures that say nothing against the device: it is no nearer to its quarantine."""


class Standing(IntEnum):
    """How a device stands; the order in which a bus is asked."""

    WELL = 0
    NEW = 1
    DOUBTFUL = 2
    DEAD = 3


class Latencies:
    """The last answers' times."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: deque[float] = deque(maxlen=LATENCIES_KEPT)

    def keep(self, latency_s: float) -> None:
        """Keep the time of one answer. [s]."""
        self._kept.append(latency_s)

    def quantile_s(self, share: float) -> float | None:
        """Return the time that a share of the last answers kept within; None without any. [s]."""
        if not self._kept:
            return None
        ordered = sorted(self._kept)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


class DeviceWatch:
    """How one device has behaved."""

    __slots__ = ("_rest", "failures", "latencies", "probe_at_s", "standing")

    def __init__(self, name: str) -> None:
        """Begin with a device nobody has asked.

        Args:
            name: Spreads the probes of many devices.
        """
        self._rest = Backoff(name, first_s=FIRST_REST_S, most_s=LONGEST_REST_S)
        self.failures = 0
        """Failed cycles in a row."""
        self.standing = Standing.NEW
        """How it stands."""
        self.probe_at_s = 0.0
        """When a dead one is probed next. [s]"""
        self.latencies = Latencies()

    def answered(self) -> None:
        """Note a cycle in which it answered."""
        if self.standing is not Standing.WELL:
            self.standing = Standing.WELL
            self.failures = 0
            self._rest.reset()

    def failed(self, now_s: float) -> None:
        """Note a cycle in which it did not.

        Args:
            now_s: Monotonic now. [s]
        """
        self.failures += 1
        is_dead = self.failures >= FAILURES_BEFORE_REST
        self.standing = Standing.DEAD if is_dead else Standing.DOUBTFUL
        if is_dead:
            self.probe_at_s = now_s + self._rest.next_s()

    def wake(self) -> None:
        """Probe it at the next chance: the bus is back."""
        self.probe_at_s = 0.0
        self._rest.reset()

    def probe_s(self, bus: Latencies, most_s: float) -> float:
        """Return how long to wait for the answer to a probe: half as long again as it ever took.

        Args:
            bus: Times of the whole bus, for a device that never answered.
            most_s: The time-out of an ordinary read. [s]
        """
        usual_s = self.latencies.quantile_s(0.99) or bus.quantile_s(0.99)
        if usual_s is None:
            return most_s
        return min(most_s, max(SHORTEST_PROBE_S, PROBE_MARGIN * usual_s))


class DeadTime:
    """What dead devices have taken of a bus's time, and whether one more question is allowed."""

    __slots__ = ("_credit_s", "_since_s")

    def __init__(self, now_s: float) -> None:
        """Begin without credit.

        Args:
            now_s: Monotonic now. [s]
        """
        self._credit_s = 0.0
        self._since_s = now_s

    def allows(self, now_s: float, cost_s: float) -> bool:
        """Return whether a question that may take so long keeps within the tenth.

        Credit is no larger than the question needs: after a quiet hour not all dead devices of a
        bus are asked one behind the other.

        Args:
            now_s: Monotonic now. [s]
            cost_s: Longest the question takes. [s]
        """
        grown_s = self._credit_s + DEAD_SHARE * (now_s - self._since_s)
        self._credit_s = min(grown_s, max(cost_s, self._credit_s))
        self._since_s = now_s
        return self._credit_s >= cost_s

    def spend(self, taken_s: float) -> None:
        """Take what a question really took. [s]."""
        self._credit_s -= taken_s
