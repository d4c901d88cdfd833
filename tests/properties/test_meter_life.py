"""Any chain of replaced, re-ratioed, reset, reversed, moved meters: usage is what truly flowed."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.meter import FedSpan, Meter
from energy.metering.reading import Reading
from energy.views.as_of import folded_as_of, folded_position, usage_as_of
from energy.views.usage import read_spans
from processes.meter_life.segments import life_of
from tests.fixtures.batches import MIDNIGHT, at
from tests.fixtures.meters import MODULUS, change_ratio, commission, find_meter, replace, retire
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import copied_journal, folded_live, view_rows
from tests.fixtures.two_way import plan_two_way

pytestmark = pytest.mark.servers

MINUTES = 1440
QUARTERS = MINUTES // 15
PERIOD = Period(start=MIDNIGHT, end=at(MINUTES))


@dataclass
class Device:
    """A meter: what its two registers show, and whether it is wired the wrong way round."""

    serial: str
    shows: list[int]
    wrong_since: int | None = None
    wrong_known: bool = False
    """Whether the journal was told at once, while it lasted."""


@dataclass
class Point:
    """A metering point: what truly flows, what serves it, what was read and done."""

    key: str
    channels: tuple[int, int]
    flow: np.ndarray
    """[count / min] of import and export."""
    device: Device | None
    ratio: int = 1
    usage: np.ndarray = field(init=False)
    """Per minute, -1 where no device counted. [base unit]"""
    readings: list[Reading] = field(default_factory=list)
    deeds: list[Any] = field(default_factory=list)
    """What the journal will be told, in order."""
    wrong_start: dict[int, int] = field(default_factory=dict)
    """What the registers showed when the wiring was reversed. [count]"""

    def __post_init__(self) -> None:
        self.usage = np.full((2, MINUTES), -1)

    @property
    def counts(self) -> dict[int, int]:
        assert self.device is not None
        return dict(zip(self.channels, self.device.shows, strict=True))


class Life:
    """Two points and the devices that come and go between them, minute by minute."""

    def __init__(self, site: TestSite, seed: int) -> None:
        self.site = site
        self.rng = np.random.default_rng(seed)
        self.devices = 0
        self.points = []
        for key in ("m1", "m2"):
            channels = plan_two_way(site, key)
            flow = self.rng.integers(0, 4, (2, MINUTES)) * self.rng.integers(0, 2, (2, MINUTES))
            point = Point(key, channels, flow, self.fresh())
            self.points.append(point)
            self.serve(point, -600)
        for minute in range(MINUTES + 1):
            self.live(minute)
        for point in self.points:
            if point.device is not None:
                end = MINUTES if self.rng.random() < 0.5 else None
                point.deeds += self.straightened(point, end)

    def fresh(self) -> Device:
        self.devices += 1
        shows = [int(n) for n in self.rng.integers(MODULUS * 95 // 100, MODULUS * 102 // 100, 2)]
        return Device(f"S-{self.devices}", [n % MODULUS for n in shows])

    def live(self, minute: int) -> None:
        for point in self.points:
            if self.rng.random() < 0.008:
                self.happens(point, minute)
        for point in self.points:
            if point.device is None:
                continue
            if minute % 15 == 0 or self.rng.random() < 0.01:
                point.readings += [
                    Reading(channel=number, at=at(minute), count=count)
                    for number, count in point.counts.items()
                ]
            if minute == MINUTES:
                continue
            flow = [int(n) for n in point.flow[:, minute]]
            point.usage[:, minute] = [10 * point.ratio * n for n in flow]
            if point.device.wrong_since is not None:
                flow.reverse()
            point.device.shows = [
                (held + n) % MODULUS for held, n in zip(point.device.shows, flow, strict=True)
            ]

    def happens(self, point: Point, minute: int) -> None:
        chance = float(self.rng.random())
        if point.device is None:
            point.device = self.fresh()
            self.serve(point, minute)
        elif chance < 0.2:
            self.exchange(point, minute, self.fresh())
        elif chance < 0.35:
            point.ratio = int(self.rng.integers(1, 9))
            counts, ratio = point.counts, Fraction(point.ratio)
            point.deeds.append(
                lambda m: change_ratio(m, when=at(minute), counts=counts, multiplier=ratio)
            )
        elif chance < 0.5:
            self.falls(point, minute)
        elif chance < 0.85:
            if point.device.wrong_since is None:
                self.reverses(point, minute)
            else:
                point.deeds += self.straightened(point, minute)
        else:
            self.moves(point, minute)

    def falls(self, point: Point, minute: int) -> None:
        assert point.device is not None
        before = point.counts
        if self.rng.random() < 0.5:  # one register alone
            before = {point.channels[0]: before[point.channels[0]]}
        point.device.shows = [
            int(self.rng.integers(0, 5)) if number in before else held
            for number, held in zip(point.channels, point.device.shows, strict=True)
        ]
        after = {number: point.counts[number] for number in before}
        if self.rng.random() < 0.4:  # stated wrongly first, and taken back
            every = point.channels
            point.deeds += [
                lambda m: reset(m, minute, dict.fromkeys(every, 7), dict.fromkeys(every, 3), "no"),
                lambda m: m.withdraw_reset(
                    at=at(minute),
                    registers=every,
                    reason="the display was read wrongly",
                    record={},
                    command_id=command("undo", point.key, minute),
                ),
            ]
        point.deeds.append(lambda m: reset(m, minute, before, after, "yes"))

    def reverses(self, point: Point, minute: int) -> None:
        """The wiring is reversed; at even minutes somebody sees it and says so at once."""
        device, start = point.device, point.counts
        assert device is not None
        device.wrong_since, point.wrong_start = minute, start
        device.wrong_known = minute % 2 == 0
        if device.wrong_known:
            first, second = point.channels
            feeds = {first: second, second: first}
            point.deeds.append(lambda m: fed_from(m, minute, feeds, start))

    def straightened(self, point: Point, minute: int | None, *, gone: bool = False) -> list[Any]:
        """The wiring is put right, or found wrong and left, or the device goes; what to say."""
        assert point.device is not None
        if point.device.wrong_since is None:
            return []
        first, second = point.channels
        start, point.device.wrong_since = point.device.wrong_since, None
        if minute is not None and minute <= start:
            return []
        if point.device.wrong_known:
            counts = point.counts
            right = {first: first, second: second}
            if minute is None or gone:  # nothing new, or another device: it counts straight
                return []
            return [lambda m: fed_from(m, minute, right, counts)]
        span = FedSpan(
            start=at(start),
            end=None if minute is None else at(minute),
            feeds={first: second, second: first},
            start_counts=point.wrong_start,
            end_counts={} if minute is None else point.counts,
        )
        return [
            lambda m: m.feed(
                span, reason="CT reversed", record={}, command_id=command("feed", point.key, start)
            )
        ]

    def exchange(self, point: Point, minute: int, device: Device) -> None:
        assert point.device is not None
        wrong = self.straightened(point, minute, gone=True)
        final = point.counts
        point.device = device
        start, serial, ratio = point.counts, device.serial, Fraction(point.ratio)
        point.deeds.append(
            lambda m: replace(
                m, when=at(minute), final=final, start=start, serial=serial, multiplier=ratio
            )
        )
        point.deeds += wrong

    def serve(self, point: Point, minute: int) -> None:
        assert point.device is not None
        start, serial, ratio = point.counts, point.device.serial, Fraction(point.ratio)
        point.deeds.append(
            lambda m: commission(
                m, since=at(minute), serial=serial, multiplier=ratio, start_counts=start
            )
        )

    def moves(self, point: Point, minute: int) -> None:
        """The device goes to the other point; nobody serves this one until another comes."""
        assert point.device is not None
        (other,) = [each for each in self.points if each is not point]
        if other.device is None:
            return
        wrong = self.straightened(point, minute, gone=True)
        final, device = point.counts, point.device
        point.device = None
        point.deeds += [lambda m: retire(m, when=at(minute), final=final), *wrong]
        self.exchange(other, minute, device)

    def tell(self) -> None:
        """Tell the journal everything, readings late and in any order; look now and then."""
        site, rng = self.site, self.rng
        waiting = [reading for point in self.points for reading in point.readings]
        rng.shuffle(waiting)
        self.seen: list[tuple[int, bool, dict[int, Any]]] = []
        marks = 0
        while waiting or any(point.deeds for point in self.points):
            chance = float(rng.random())
            told = [point for point in self.points if point.deeds]
            if told and (chance < 0.4 or not waiting):
                point = told[int(rng.integers(0, len(told)))]
                metering = site.application("metering")
                meter: Meter = find_meter(metering, site.site.key, point.key)
                point.deeds.pop(0)(meter)
                metering.store(meter)
            elif waiting and chance < 0.9:
                many = int(rng.integers(1, 60))
                site.accept(*waiting[:many])
                del waiting[:many]
            else:
                marks += 1
                site.mark(f"mark {marks}", at(MINUTES))
            site.tick()
            if rng.random() < 0.3:
                folded_live(site, int(rng.integers(1, 9)))
                self.look(marked=chance >= 0.9)
        folded_live(site, 64)

    def look(self, *, marked: bool) -> None:
        with self.site.writer.connection() as connection:
            position = folded_position(connection, self.site.schema)
            numbers = [number for point in self.points for number in point.channels]
            spans = read_spans(connection, self.site.schema, numbers, PERIOD)
        self.seen.append((position, marked, spans))


def reset(
    meter: Meter, minute: int, before: dict[int, int], after: dict[int, int], words: str
) -> None:
    """Record that registers fell."""
    meter.record_reset(
        at=at(minute),
        counts_before=before,
        counts_after=after,
        reason="the board was without voltage",
        record={},
        command_id=command("reset", meter.point, minute, words),
    )


def fed_from(meter: Meter, minute: int, feeds: dict[int, int], counts: dict[int, int]) -> None:
    """Say which register feeds which channel from a minute on."""
    span = FedSpan(start=at(minute), end=None, feeds=feeds, start_counts=counts, end_counts={})
    which = command("fed from", meter.point, minute)
    meter.feed(span, reason="seen on the spot", record={}, command_id=which)


def expect_truth(life: Life) -> None:
    with life.site.writer.connection() as connection:
        for point in life.points:
            spans = read_spans(connection, life.site.schema, point.channels, PERIOD)
            for number, minutes in zip(point.channels, point.usage, strict=True):
                quarters = minutes.reshape(QUARTERS, 15)
                known = (quarters >= 0).all(axis=1)
                span = spans[number]
                assert ((span.quality != Quality.MISSING) == known).all()
                assert span.usage[known].tolist() == quarters[known].sum(axis=1).tolist()


def expect_life(life: Life) -> None:
    """The parts of a point's life add up to all that its devices counted, cut intervals too."""
    for point in life.points:
        rows = life_of(life.site.writer, life.site.site, point.key)
        for number, minutes in zip(point.channels, point.usage, strict=True):
            told = sum(row.usage for row in rows if row.channel == number)
            assert told == minutes[minutes >= 0].sum()


def expect_as_seen(life: Life) -> None:
    site = life.site
    with site.writer.connection() as connection:
        for position, _, seen in life.seen:
            then = folded_as_of(
                connection, site.schema, site.site.zone, list(seen), PERIOD, position
            )
            again = usage_as_of(
                connection, site.schema, site.site.zone, list(seen), PERIOD, position
            )
            for number, span in seen.items():
                for other in (then[number], again[number]):
                    assert span.usage.tolist() == other.usage.tolist()
                    assert span.quality.tolist() == other.quality.tolist()


@pytest.mark.parametrize(
    "seed", [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(40) if seed != 3)]
)
def test_usage_of_any_life_of_meters_is_what_truly_flowed(new_site: Any, seed: int) -> None:
    site: TestSite = new_site()
    life = Life(site, seed)
    life.tell()
    expect_truth(life)
    expect_life(life)
    expect_as_seen(life)
    expected = view_rows(site)
    again: TestSite = new_site()
    copied_journal(site, again)
    folded_live(again, 7)
    assert view_rows(again) == expected
