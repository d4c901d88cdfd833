"""25: what a broker kept for a collector that begins anew comes before the gateway's birth."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.mqtt.broker import broker
from tests.adapters.mqtt.sparkplug_proto import metric, payload
from tests.adapters.mqtt.test_source import Listening

pytestmark = pytest.mark.servers

ENERGY = "active_energy_import"


class Gateway:
    """A gateway by its messages; it publishes with QoS 1, so that the broker keeps them."""

    def __init__(self, port: int) -> None:
        self.port, self.seq = port, 0

    async def say(self, kind: str, *metrics: dict[str, Any]) -> None:
        topic = f"spBv1.0/t2/{kind}/gw-7" + ("/m1" if kind[0] == "D" else "")
        self.seq = 0 if kind == "NBIRTH" else (self.seq + 1) % 256
        words = ["-p", str(self.port), "-q", "1", "-t", topic, "-s"]
        made = await asyncio.create_subprocess_exec("mosquitto_pub", *words, stdin=subprocess.PIPE)
        await made.communicate(payload(*metrics, seq=self.seq))

    async def born(self, value: float) -> None:
        await self.say("NBIRTH", metric("bdSeq", datatype=8, long_value=0))
        await self.say("DBIRTH", metric(ENERGY, alias=1, datatype=10, double_value=value))

    async def count(self, value: float) -> None:
        await self.say("DDATA", metric(alias=1, double_value=value))


def test_25_data_kept_for_a_collector_that_begins_anew_are_refused_until_the_birth_is_told_again(
    tmp_path: Path,
) -> None:
    """The counter's total goes on: the birth brings what it stands at, nothing is guessed."""

    async def story(port: int) -> tuple[Listening, Listening]:
        gateway, before = Gateway(port), Listening(port)
        before.source.start(before.queue)
        await before.connected()
        while before.queue.empty():
            await gateway.born(5.0)
            await asyncio.sleep(0.1)
        await gateway.count(5.1)
        await before.until(counts=2)
        before.source.close()
        await gateway.count(5.2)
        await gateway.count(5.3)

        after = Listening(port)
        after.source.start(after.queue)
        await after.connected()
        while after.reasons.count("before_birth") < 2:
            after.reasons += await one(after)
        assert after.counts == []
        await gateway.born(5.3)
        await gateway.count(5.4)
        await after.until(counts=2)
        after.source.close()
        return before, after

    async def one(listening: Listening) -> list[str]:
        async with asyncio.timeout(20):
            arrival = await listening.queue.get()
        listening.source.acknowledge([arrival])
        return [str(refusal.reason) for refusal in arrival.refusals]

    with broker(tmp_path) as port:
        before, after = asyncio.run(story(port))
    assert before.counts[-1] == (1, 51)
    assert after.counts == [(1, 53), (1, 54)]
    assert after.reasons == ["before_birth", "before_birth"]
