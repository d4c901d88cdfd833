from __future__ import annotations

import asyncio

import pytest

from adapters.modbus.calls import Calls


def test_ten_thousand_calls_take_turns_in_order_and_never_more_than_a_few_at_once() -> None:
    now_s, begun, busy, most = 0.0, [], 0, 0

    async def story() -> None:
        calls = Calls(most=100, gap_s=0.0, monotonic=lambda: now_s)

        async def call(number: int) -> None:
            nonlocal busy, most
            async with calls:
                begun.append(number)
                busy += 1
                most = max(most, busy)
                await asyncio.sleep(0)
                busy -= 1

        await asyncio.gather(*(call(number) for number in range(10_000)))

    asyncio.run(story())
    assert begun == list(range(10_000))
    assert most == 100


def test_calls_are_spaced(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def story() -> None:
        calls = Calls(gap_s=0.25, monotonic=lambda: 8.0)
        for _ in range(4):
            async with calls:
                pass

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(story())
    assert slept == [0.25, 0.5, 0.75]


def test_a_call_that_is_given_up_leaves_its_turn_to_the_next() -> None:
    async def story() -> None:
        calls = Calls(most=1, gap_s=60.0)
        async with calls:
            pass
        waiting = asyncio.ensure_future(calls.__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert calls._turns._value == 1

    asyncio.run(story())
