"""Late answers on buses without transaction numbers: never a value under the wrong register."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

import numpy as np
import pytest

from adapters.modbus.client import ModbusClient
from adapters.modbus.frame import ReadFailedError
from tests.adapters.modbus.rtu_slave import BUSES, Bus, Question, good, refusal

pytestmark = pytest.mark.servers

READS = 6
AT_ONCE = 25
"""Rounds played at the same time, each on a bus of its own."""
TIMEOUT_S = 0.03
UNITS = (1, 1, 1, 2)
CODES = (3, 3, 3, 4)
BLOCKS = ((0, 4), (100, 4), (200, 4), (300, 2), (400, 4), (500, 4))
"""First registers and lengths: equal ones are where the trap lies. [register]"""
MISCHIEF = ("hold", "hold", "hold", "break", "cut", "twice", "chatter", "refuse")


def content(question: Question) -> list[int]:
    """Return what stands in the registers: of no other unit, function or address."""
    first = question.unit * 10_000 + question.function_code * 1_000 + question.address
    return [first + n for n in range(question.count)]


class Imp:
    """A bus whose units keep answers back, break them and say them twice; each in its order."""

    def __init__(self, seed: int, mischief: float = 0.3) -> None:
        self.luck = np.random.default_rng(seed)
        self.mischief = mischief
        self.held: deque[bytes] = deque()
        self.done: Counter[str] = Counter()

    async def answer(self, question: Question, bus: Bus) -> None:
        """Say what was kept back, perhaps, and then this answer, well or ill."""
        behind = bool(self.held) and self.luck.random() < 0.7
        if behind:
            self.release(bus)
        answer = good(question, content(question))
        ill = self.luck.random() < self.mischief
        how = str(self.luck.choice(MISCHIEF)) if ill else "well"
        if behind and self.luck.random() < 0.7:
            how = "hold"  # one answer behind, and so it stays: the trap itself
        self.done[how] += 1
        if self.held or how == "hold":  # a unit answers in the order in which it was asked
            self.held.append(answer)
        elif how == "break":
            bus.say(answer[:-1] + bytes((answer[-1] ^ 1,)))
        elif how == "cut":
            bus.say(answer[: int(self.luck.integers(1, len(answer)))])
        elif how == "twice":
            bus.say(answer)
            self.held.append(answer)
        elif how == "refuse":
            bus.say(refusal(question, 2))
        elif how == "chatter":
            bus.say(answer)
            bus.say(self.luck.bytes(3))
        else:
            bus.say(answer)

    def release(self, bus: Bus) -> None:
        """Say everything kept back."""
        while self.held:
            self.done["released"] += 1
            bus.say(self.held.popleft())

    def opened(self, bus: Bus) -> None:
        """A gateway may hand what it kept to whoever connects next."""
        if self.luck.random() < 0.3:
            self.release(bus)


async def round_of(seed: int, kind: str) -> Counter[str]:
    """Read at random from a bus with an imp; returns what happened."""
    imp = Imp(seed)
    async with BUSES[kind](imp.answer) as bus:
        bus.on_open = lambda: imp.opened(bus)
        client = ModbusClient(link=bus.link, timeout_s=TIMEOUT_S, name=f"round {seed}")
        try:
            await reads(client, imp, seed)
        finally:
            client.close()
    return imp.done


async def reads(client: ModbusClient, imp: Imp, seed: int) -> None:
    """Read blocks at random; what is read must be what stands there."""
    for _ in range(READS):
        address, count = BLOCKS[imp.luck.integers(len(BLOCKS))]
        unit, code = UNITS[imp.luck.integers(len(UNITS))], CODES[imp.luck.integers(len(CODES))]
        client.hurry()
        try:
            registers = await client.read(
                unit=unit, function_code=code, address=address, count=count
            )
        except ReadFailedError as error:
            imp.done[error.fault] += 1
            continue
        asked = Question(0, unit, code, address, count)
        assert list(registers) == content(asked), f"seed {seed}: {asked}"
        imp.done["right"] += 1


def play(kind: str, seeds: range) -> Counter[str]:
    async def story() -> Counter[str]:
        total: Counter[str] = Counter()
        for first in seeds[::AT_ONCE]:
            rounds = (round_of(seed, kind) for seed in seeds if first <= seed < first + AT_ONCE)
            for done in await asyncio.gather(*rounds):
                total += done
        return total

    return asyncio.run(story())


@pytest.mark.parametrize("kind", BUSES)
def test_in_some_rounds_of_late_answers_no_value_stands_under_a_wrong_register(
    kind: str,
) -> None:
    done = play(kind, range(40))
    assert done["right"] > 20, "on a busy machine many a good answer is too late as well"
    assert done["released"] > 6, "the imp has had its chances"


@pytest.mark.slow
@pytest.mark.parametrize("kind", BUSES)
def test_in_a_thousand_rounds_of_late_answers_no_value_stands_under_a_wrong_register(
    kind: str,
) -> None:
    done = play(kind, range(1000, 2000))
    assert done["right"] > 500
    assert done["released"] > 150
