"""In: 1,000 simulated meters. Out: the share of a core that polling them each second costs. I/O.

Product: the collector's own loop (slots, plan, strict client, decode, one commit of the spool for
those that come together) over one connection a meter. Baseline: the bare client of pymodbus with
the same questions at the same phases, which decodes and stores nothing. Both are asked of one
small slave in a process of its own; counted is the processor time of this process, all threads.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient

from adapters.modbus.read_plan import plan_reads
from adapters.modbus.register_map import load
from adapters.spool import Spool
from bench.ground import Ground
from bench.measure import Aim, Bench, Scale, Sides
from energy.base.clock import SystemClock, monotonic_s
from processes.collect_live import Live
from processes.collect_slots import phase_s
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan
from processes.collector_sources import Sources

PROFILE = "eastron_sdm630"
METERS = 1_000
VALUES = 40
INTERVAL_S = 1
SETTLED = 0.6
"""Part of the counted time that passes before it: every connection is open then."""
ROOT = Path(__file__).parents[1]


@contextmanager
def slave() -> Iterator[int]:
    """Run the load in a process of its own; yields its port."""
    with slave_to_drop() as (port, _):
        yield port


@contextmanager
def slave_to_drop() -> Iterator[tuple[int, Callable[[], None]]]:
    """Run the load; yields its port and how to drop all its connections at once."""
    with slave_told() as (port, tell):
        yield port, lambda: tell("")


@contextmanager
def slave_told() -> Iterator[tuple[int, Callable[[str], None]]]:
    """Run the load; yields its port and how to tell it a line."""
    command = [sys.executable, "-m", "bench.modbus_slave"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        told = running.stdin

        def tell(line: str) -> None:
            print(line, file=told, flush=True)

        try:
            yield int(running.stdout.readline()), tell
        finally:
            told.close()


def host_of(number: int) -> str:
    """Return a loopback address of a meter's own: each is a bus by itself."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def quantities_of() -> list[str]:
    """Return 40 quantities of a three-phase meter that three reads fetch."""
    points = load(PROFILE).points.values()
    return [point.quantity for point in points if not 200 <= point.address < 210][:VALUES]


def plan_of(port: int, meters: int) -> CollectPlan:
    """Return a plan of meters with 40 values each at one second."""
    quantities = quantities_of()
    return CollectPlan(
        site="bench",
        sources=tuple(
            SourcePlan(
                key=f"m{n}", kind="modbus_tcp", host=host_of(n), port=port, interval_s=INTERVAL_S
            )
            for n in range(meters)
        ),
        meters=tuple(
            MeterPlan(
                point=f"p{n}",
                source=f"m{n}",
                profile=PROFILE,
                address={"unit": 1},
                channels=tuple(
                    ChannelPlan(number=1 + n * VALUES + place, quantity=quantity)
                    for place, quantity in enumerate(quantities)
                ),
            )
            for n in range(meters)
        ),
    )


def used_s() -> float:
    """Return the processor time of this process so far, all threads. [s]."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def share_of_core(
    work: Callable[[], Awaitable[None]],
    polled: Callable[[], float],
    counted_s: float,
    *,
    ends_by_itself: bool = False,
) -> float:
    """Return the processor time that polling 1,000 meters a second takes. [% of a core].

    Counted by the poll: on a machine with other work fewer are polled than are due.

    Args:
        work: Polls until it is cancelled.
        polled: How many polls it has done so far.
        counted_s: How long they are counted. [s]
        ends_by_itself: It ends shortly after what is counted.
    """
    task = asyncio.ensure_future(work())
    await asyncio.sleep(SETTLED * counted_s)
    before, used_before_s = polled(), used_s()
    await asyncio.sleep(counted_s)
    poll_s = (used_s() - used_before_s) / max(polled() - before, 1)
    assert not task.done(), "it goes on while it is counted"
    if ends_by_itself:
        await task
    else:
        task.cancel()
        await asyncio.wait({task})
    return 100 * poll_s * METERS / INTERVAL_S


def collected(port: int, meters: int, counted_s: float) -> float:
    """Return what the collector takes for its meters. [% of a core]."""
    with tempfile.TemporaryDirectory(prefix="meterline-bench-") as folder:
        clock = SystemClock()
        spool = Spool(Path(folder) / "spool.sqlite", clock)
        sources = Sources(plan_of(port, meters), spool, clock)

        async def live() -> float:
            try:
                return await share_of_core(
                    Live(sources).run, lambda: spool.backlog().open_readings / VALUES, counted_s
                )
            finally:
                sources.close()

        share = asyncio.run(live())
        spool.close()
    return share


def bare(port: int, meters: int, counted_s: float) -> float:
    """Return what the bare client takes for the same questions. [% of a core]."""
    register_map = load(PROFILE)
    blocks = plan_reads(register_map.point(quantity) for quantity in quantities_of())

    polls = [0]

    async def poll(number: int) -> None:
        client = AsyncModbusTcpClient(
            host_of(number), port=port, retries=0, timeout=1, reconnect_delay=0
        )
        for _ in range(50):  # a thousand at once: some have to wait
            if await client.connect():
                break
        end_s = monotonic_s() + (1 + SETTLED) * counted_s + INTERVAL_S
        due_s = monotonic_s() + phase_s(f"m{number}", INTERVAL_S, meters)
        while due_s < end_s:  # the library does not always end when it is cancelled
            await asyncio.sleep(max(0.0, due_s - monotonic_s()))
            due_s += INTERVAL_S
            for block in blocks:
                answer = await client.read_input_registers(block.address, count=block.count)
                assert len(answer.registers) == block.count
            polls[0] += 1
        client.close()

    async def every() -> None:
        await asyncio.gather(*(poll(number) for number in range(meters)))

    return asyncio.run(share_of_core(every, lambda: polls[0], counted_s, ends_by_itself=True))


@contextmanager
def polling(_: Ground, scale: Scale) -> Iterator[Sides]:
    """Give the collector beside the bare client."""
    with slave() as port:
        yield Sides(
            product=lambda: collected(port, scale.modbus_meters, scale.modbus_s),
            baseline=lambda: bare(port, scale.modbus_meters, scale.modbus_s),
        )


BENCHES = (
    Bench(
        name="poll-modbus",
        says="1,000 meters x 40 values a second, polled, decoded, spooled; to the bare client",
        unit="% of a core",
        prepare=polling,
        aim=Aim.VALUE_AT_MOST,
        target=50.0,
    ),
)
