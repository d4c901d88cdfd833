from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapters.dlt645.profile import PROFILES
from adapters.dlt645.source import ASK_AGAIN_S, Dlt645Meter, Dlt645Source, plan_reads
from adapters.octets import OctetLink
from adapters.poll import PollResult
from energy.base.clock import ManualClock, monotonic_s
from energy.base.finding import Severity
from energy.base.quality import Quality
from simulator.dlt645_meter import Dlt645Meter as SimulatedMeter
from simulator.dlt645_meter import Dlt645Slaves, three_phase
from simulator.meter_bus import BusFaults, MeterBus

pytestmark = pytest.mark.servers

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)
PROFILE = PROFILES.load("dlt645_three_phase")
TARIFFS = tuple(f"active_energy_import{t}" for t in ("", "_sharp", "_peak", "_flat", "_valley"))
DRAWN = (1_234_567, 100_000, 400_000, 434_567, 300_000)


def address(number: int) -> str:
    return f"{202611210000 + number:012d}"


def simulated(number: int) -> SimulatedMeter:
    return three_phase(address(number), drawn=[count + number for count in DRAWN], power=-45_000)


def meter(number: int, *quantities: str) -> Dlt645Meter:
    channels = {quantity: number * 100 + n for n, quantity in enumerate(quantities)}
    return Dlt645Meter(
        point=f"m{number}", meter=address(number), profile=PROFILE, channels=channels
    )


Story = Callable[[Dlt645Source, MeterBus], Awaitable[None]]


def on_a_bus(
    slaves: list[SimulatedMeter],
    meters: list[Dlt645Meter],
    story: Story,
    *,
    faults: BusFaults | None = None,
    timeout_s: float = 0.5,
    settle_s: float = 0.05,
    now: datetime = SLOT,
    serial: bool = False,
    monotonic: Callable[[], float] = monotonic_s,
) -> None:
    async def run() -> None:
        bus = MeterBus(Dlt645Slaves(slaves), faults)
        if serial:
            link = OctetLink.open_serial(bus.attach_pty(), parity="N", settle_s=settle_s)
        else:
            link = OctetLink.open("127.0.0.1", await bus.listen(), settle_s=settle_s)
        source = Dlt645Source(
            "bus-1", link, meters, ManualClock(now), timeout_s=timeout_s, monotonic=monotonic
        )
        try:
            await story(source, bus)
        finally:
            source.close()
            await bus.close()

    asyncio.run(run())


def rows(result: PollResult) -> list[tuple[int, int, Quality]]:
    return [(r.channel, r.count, r.quality) for r in result.columns]


def test_meters_on_one_bus_give_total_and_tariffs_of_one_moment() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        result = await source.poll(SLOT)
        assert rows(result) == [
            (number * 100 + n, DRAWN[n] + number, Quality.MEASURED)
            for number in (1, 2, 3)
            for n in range(5)
        ]
        assert {r.at for r in result.columns} == {SLOT}
        assert (result.failures, result.findings) == ((), ())
        assert bus.questions == 3  # one block each
        assert source.channels[301] == "m3"

    numbers = (1, 2, 3)
    on_a_bus([simulated(n) for n in numbers], [meter(n, *TARIFFS) for n in numbers], story)


def test_every_value_of_the_profile_is_read() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        result = await source.poll(SLOT)
        counts = {PROFILE.facts(q).quantity: r.count for q, r in by_quantity(result).items()}
        assert counts["active_power"] == -45_000
        assert counts["active_power_l2"] == -15_000
        assert counts["voltage_l3"] == 2303
        assert counts["frequency"] == 5001
        assert counts["power_factor_l1"] == 1000
        assert counts["active_energy_combined"] == DRAWN[0] + 1
        assert (counts["relay_state"], counts["running_tariff_table"]) == (1, 0)
        assert counts["maximum_demand_import"] == 61_234
        assert {f.code for f in result.failures} == {"dlt645.no_such_value"}

    every = list(PROFILE.points)
    one = simulated(1)
    one.values["04000503"] = b"\x10\x00"
    one.values["0101FF00"] = b"".join(
        bytes.fromhex("341206") + bytes.fromhex("4514211126") for _ in range(5)
    )
    channels = {quantity: n for n, quantity in enumerate(every)}

    def by_quantity(result: PollResult) -> dict[str, object]:
        return {every[r.channel]: r for r in result.columns}

    asked = Dlt645Meter(point="m1", meter=address(1), profile=PROFILE, channels=channels)
    on_a_bus([one], [asked], story)  # type: ignore[arg-type]


def test_a_meter_without_blocks_is_asked_value_by_value_from_then_on() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        first = await source.poll(SLOT)
        assert [f.code for f in first.failures] == ["dlt645.no_such_value"]
        second = await source.poll(SLOT)
        assert [r.count for r in second.columns] == [count + 1 for count in DRAWN]
        assert second.failures == ()

    old = simulated(1)
    del old.values["0001FF00"]
    on_a_bus([old], [meter(1, *TARIFFS)], story)


def test_a_meter_with_two_tariffs_gives_what_it_has() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        await source.poll(SLOT)
        result = await source.poll(SLOT)
        assert [r.count for r in result.columns] == [count + 1 for count in DRAWN[:3]]
        assert [f.code for f in result.failures] == ["dlt645.no_such_value"] * 2
        asked = bus.questions
        await source.poll(SLOT)
        assert bus.questions == asked + 3  # what it does not keep is not asked for again
        await source.poll(SLOT, urgent=True)
        assert bus.questions == asked + 8  # unless somebody wants to know

    two = simulated(1)
    two.values["0001FF00"] = two.values["0001FF00"][:12]
    del two.values["00010300"], two.values["00010400"]
    on_a_bus([two], [meter(1, *TARIFFS)], story)


def test_a_value_that_a_meter_denied_in_a_bad_moment_is_asked_for_again() -> None:
    booting, at_s = simulated(1), [0.0]
    kept = booting.values.pop("00010000")

    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        assert [f.code for f in (await source.poll(SLOT)).failures] == ["dlt645.no_such_value"]
        booting.values["00010000"] = kept
        at_s[0] = ASK_AGAIN_S - 1
        assert len((await source.poll(SLOT)).columns) == 0
        assert bus.questions == 1
        at_s[0] = ASK_AGAIN_S
        assert [r.count for r in (await source.poll(SLOT)).columns] == [DRAWN[0] + 1]

    on_a_bus([booting], [meter(1, "active_energy_import")], story, monotonic=lambda: at_s[0])


def test_a_long_value_in_following_frames_is_put_together() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        result = await source.poll(SLOT)
        assert [r.count for r in result.columns] == [count + 1 for count in DRAWN]
        assert bus.questions == 4

    long = simulated(1)
    long.most_value = 6
    on_a_bus([long], [meter(1, *TARIFFS)], story)


def test_a_value_without_a_number_is_suspect_and_a_finding() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        result = await source.poll(SLOT)
        assert rows(result) == [(100, 0, Quality.SUSPECT)]
        (finding,) = result.findings
        assert (finding.code, finding.severity) == ("dlt645.null_value", Severity.DO_NOT_BILL)
        assert finding.proof["quantity"] == "active_energy_import"

    empty = simulated(1)
    empty.values["00010000"] = b"\xff" * 4
    on_a_bus([empty], [meter(1, "active_energy_import")], story)


def test_thirty_of_thirty_two_meters_dead_leave_the_two_live_ones_their_interval() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        await source.poll(SLOT)
        for _ in range(24):
            result = await source.poll(SLOT)
            assert [r.channel for r in result.columns] == [3100, 3200]
            assert len(result.failures) <= 3
        assert sum(asked.dead for asked in source._asked) >= 20
        result = await source.poll(SLOT, points={"m3"}, urgent=True)
        assert [f.code for f in result.failures] == ["dlt645.no_answer"]

    live = [simulated(31), simulated(32)]
    meters = [meter(n, "active_energy_import") for n in range(1, 33)]
    on_a_bus(live, meters, story, timeout_s=0.03, settle_s=0.01)


def test_a_bus_that_was_cut_for_a_while_is_whole_again_at_once() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        bus.faults = BusFaults(silent=1000)
        await source.poll(SLOT)
        await source.poll(SLOT)
        bus.faults = BusFaults()
        assert len((await source.poll(SLOT)).columns) == 12

    numbers = range(1, 13)
    meters = [meter(n, "active_energy_import") for n in numbers]
    on_a_bus([simulated(n) for n in numbers], meters, story, timeout_s=0.03, settle_s=0.01)


def test_a_gateway_that_is_off_is_not_held_against_its_meters() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        await bus.close()
        for _ in range(4):
            result = await source.poll(SLOT)
            assert {f.code for f in result.failures} <= {
                "dlt645.no_connection", "dlt645.closed"
            }  # fmt: skip
        assert not any(asked.dead for asked in source._asked)

    on_a_bus([simulated(1)], [meter(n, "active_energy_import") for n in (1, 2)], story)


@pytest.mark.parametrize(("late_s", "urgent"), [(0.1, False), (9.0, False), (9.0, True)])
def test_a_late_answer_is_dated_by_the_clock_unless_the_slot_is_waited_for(
    late_s: float, urgent: bool
) -> None:
    now = SLOT + timedelta(seconds=late_s)

    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        (reading,) = (await source.poll(SLOT, urgent=urgent)).columns
        assert reading.at == (now if late_s == 9.0 and not urgent else SLOT)

    on_a_bus([simulated(1)], [meter(1, "active_energy_import")], story, now=now)


def test_a_converter_that_echoes_disturbs_nobody() -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        result = await source.poll(SLOT)
        assert [r.count for r in result.columns] == [DRAWN[0] + 1]
        assert [f.code for f in result.failures] == ["dlt645.echo"]  # of the meter that is dead

    asked = [meter(n, "active_energy_import") for n in (1, 2)]
    on_a_bus([simulated(1)], asked, story, faults=BusFaults(echo=True, noise=500), timeout_s=0.1)


def test_counters_are_asked_first() -> None:
    points = [PROFILE.point(q) for q in ("voltage_l1", "frequency", "active_energy_import")]
    assert [read.identifier for read in plan_reads(points, blocks=True)] == [
        "00010000", "02800002", "02010100",
    ]  # fmt: skip


def stale_rounds(rounds: int, *, seed: int, serial: bool = False) -> None:
    """Poll meters over a bus where everything goes wrong; no value may stand in a wrong place."""
    quantities = ("active_energy_import", "active_energy_export", "active_energy_combined")
    slaves = [
        three_phase(
            address(n),
            drawn=[n * 1000 + k for k in range(5)],
            fed_back=[500_000 + n * 1000 + k for k in range(5)],
            power=0,
        )
        for n in range(1, 5)
    ]
    right = {}
    for n in range(1, 5):
        right[n * 100] = n * 1000
        right[n * 100 + 1] = 500_000 + n * 1000
        right[n * 100 + 2] = 500_000 + 2 * n * 1000
    timeout_s, late_s, settle_s = (0.06, 0.13, 0.15) if serial else (0.015, 0.025, 0.03)
    faults = BusFaults(
        seed=seed, noise=150, wrong_sum=100, cut=50, silent=50, late=120, late_s=late_s, stale=100
    )
    stored = 0

    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        nonlocal stored
        for _ in range(rounds):
            result = await source.poll(SLOT, urgent=True)
            for reading in result.columns:
                assert reading.count == right[reading.channel], reading
                stored += 1

    on_a_bus(
        slaves,
        [meter(n, *quantities) for n in range(1, 5)],
        story,
        faults=faults,
        timeout_s=timeout_s,
        settle_s=settle_s,
        serial=serial,
    )
    assert stored > rounds * 2


@pytest.mark.parametrize(("rounds", "serial"), [(12, False), (3, True)])
def test_a_late_or_damaged_answer_is_never_stored_under_a_wrong_meter_or_value(
    rounds: int, serial: bool
) -> None:
    stale_rounds(rounds, seed=645, serial=serial)


@pytest.mark.slow
@pytest.mark.parametrize(("rounds", "serial"), [(100, False), (10, True)])
@pytest.mark.parametrize("seed", range(10))
def test_thousands_of_late_and_damaged_answers_store_nothing_wrong(
    seed: int, rounds: int, serial: bool
) -> None:
    stale_rounds(rounds, seed=seed, serial=serial)
