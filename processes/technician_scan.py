"""In: a link and unit numbers. Out: who answers there, and what it may be. I/O: Modbus, reads only.

No database, no site. An answer that says "no such register" is an answer; one of a gateway that
says "nobody there" (exceptions 4 at any register, 0x0A, 0x0B) is none. Broken frames at one unit
among sound ones are two devices of one number; broken frames at every unit are parity or speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum

from adapters.modbus.budget import Budget, BusSpeed, Demand
from adapters.modbus.client import ModbusClient
from adapters.modbus.decode_plate import decode_plate
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.probing.asking import questions
from adapters.modbus.probing.candidate import Products
from adapters.modbus.probing.judge import Ranked, judge
from adapters.modbus.read_plan import plan_reads
from energy.base.clock import monotonic_s
from processes.technician_asking import NOBODY, Conversation, Reader
from processes.technician_checks import Outcome
from processes.technician_faults import no_contact
from processes.technician_judgement import Judgement
from processes.technician_link import Reach, link_text, reach, unreached
from processes.technician_values import NoContactError

GARBLED = frozenset(
    {
        Fault.BAD_CHECKSUM,
        Fault.UNFINISHED,
        Fault.NOT_MODBUS,
        Fault.WRONG_UNIT,
        Fault.WRONG_LENGTH,
    }
)
"""Bytes came, and no frame of this unit."""
DOUBLED = frozenset({Fault.LATE, Fault.SECOND_MASTER, Fault.WRONG_FUNCTION})
"""A second answer behind a sound one: two devices of one number, if it comes again and again."""
HINDERED = frozenset({Fault.BUS_HELD, Fault.NO_PORT, Fault.TLS})
"""Nothing was asked at all: the fault says who or what is in the way."""
KNOCKS = 3
"""Times a unit is asked whose answer was broken: two devices do not always collide."""
GUESSING_S = 20.0
"""Longest time for the guess at one unit. [s]"""
INTERVAL_S = 10.0
"""Interval for which the budget is shown. [s]"""
TRIED_UNITS = 4
OTHER_PARITIES = (("E", 1), ("N", 1), ("O", 1), ("N", 2))
OTHER_BAUDS = (9600, 19200, 2400, 4800, 38400, 115200)
Connect = Callable[[Link], ModbusClient]
Progress = Callable[[int, int], None]
"""Is told units done, of how many."""


class Presence(StrEnum):
    """What is at a unit number."""

    HERE = "here"
    SILENT = "silent"
    NOBODY = "nobody"
    """A gateway answers for it: nobody behind it."""
    CLASH = "clash"
    """Sound and broken frames, or broken ones among sound units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a device may be."""

    profile: str
    product: str
    score: float
    twins: tuple[str, ...] = ()
    unsure: bool = False
    """Whether `field probe` should look: not settled, or another scale than the map's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFound:
    """What was found at one unit number."""

    unit: int
    presence: Presence
    answer_ms: int | None = None
    """How long its first answer took. [ms]"""
    guess: Guess | None = None
    serial: str | None = None
    reads: tuple[int, ...] = ()
    """Registers of each read that its billed counters and power take. [register]"""
    exception: str = ""
    fault: Fault | None = None
    """The last that was met, where nothing sound came."""
    counted: tuple[int, ...] = ()
    """Registers of its billed counter, as they were: two devices never count alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a scan found."""

    link: str
    asked: int
    """Unit numbers asked."""
    units: tuple[UnitFound, ...]
    """Those at which something was met."""
    silent: int
    notes: tuple[Judgement, ...] = ()
    """Causes and next steps."""
    budget: Judgement | None = None

    @property
    def found(self) -> list[UnitFound]:
        """Return the units with a device."""
        return [unit for unit in self.units if unit.presence is Presence.HERE]


@dataclass(slots=True, kw_only=True)
class Scanner:
    """Looks at the units of one link, one after the other."""

    link: Link
    timeout_s: float
    products: Products
    progress: Progress = lambda *_: None
    notes: list[Judgement] = field(default_factory=list)

    async def scan(self, units: Sequence[int]) -> Scan:
        """Ask every unit.

        Raises:
            NoContactError: Nothing is reached at the link at all; names cause and next step.
        """
        met = await self._ask_all(self.link, units)
        here = [unit for unit in met if unit.presence is Presence.HERE]
        broken = [unit for unit in met if unit.presence is Presence.CLASH]
        if not here:
            met = await self._without_answer(units, [unit.unit for unit in broken], met)
        self.notes += [
            _note("two_devices", unit=unit.unit) for unit in met if unit.presence is Presence.CLASH
        ]
        self.notes += _of_one_device(met) + of_every_fault(met)
        known = [unit for unit in met if unit.presence is not Presence.SILENT]
        scan = Scan(
            link=link_text(self.link),
            asked=len(units),
            units=tuple(known),
            silent=len(units) - len(known),
            notes=tuple(self.notes),
        )
        return replace(scan, budget=budget_of(scan, self.link))

    async def _ask_all(self, link: Link, units: Sequence[int]) -> list[UnitFound]:
        with connected(link, self.timeout_s) as client:
            met = []
            for done, unit in enumerate(units, 1):
                met.append(await self._look_at(client, unit))
                self.progress(done, len(units))
            return met

    async def _look_at(self, client: Reader, unit: int) -> UnitFound:
        found = await knock(client, unit)
        if found.presence is not Presence.HERE:
            return found
        conversation = Conversation(reader=client, unit=unit)
        asking = questions(self.products, conversation.seen)
        try:
            candidates = await conversation.through(asking, until_s=monotonic_s() + GUESSING_S)
        except NoContactError:
            return found  # it was there a moment ago: shown without a guess
        verdict = judge(candidates or (), conversation.seen)
        best = verdict.best
        if best is None or best.bits <= 0:
            return found
        serial = await _serial(conversation, best)
        return replace(
            found,
            guess=guess_of(best, settled=verdict.settled),
            serial=serial,
            reads=_reads(best),
            counted=_counted(conversation, best),
        )

    async def _without_answer(
        self, units: Sequence[int], broken: Sequence[int], met: list[UnitFound]
    ) -> list[UnitFound]:
        """Find out why nobody answers; what answers in another way is asked that way."""
        others = other_links(self.link)
        tried = list(broken or units)[:TRIED_UNITS]
        for other in others:
            if await self._answers(other, tried):
                self.notes.append(_why_other(self.link, other, garbled=bool(broken)))
                return await self._ask_all(other, units)
        found = await reach(self.link, self.timeout_s)
        if found is not Reach.OPEN:
            raise unreached(self.link, found, self.timeout_s)
        if not broken and not any(unit.presence is Presence.NOBODY for unit in met):
            code = "all_silent_serial" if self.link.kind is LinkKind.RTU else "all_silent"
            self.notes.append(_note(code, link=link_text(self.link)))
        elif broken:
            self.notes.append(_note("all_broken", link=link_text(self.link)))
        return met

    async def _answers(self, link: Link, units: Sequence[int]) -> bool:
        if await reach(link, self.timeout_s) is not Reach.OPEN:
            return False
        with connected(link, self.timeout_s) as client:
            for unit in units:
                if (await knock(client, unit)).presence is Presence.HERE:
                    return True
        return False


@contextmanager
def connected(link: Link, timeout_s: float) -> Iterator[ModbusClient]:
    """Give a client of a link and close it afterwards."""
    client = ModbusClient(link=link, timeout_s=timeout_s, name="field")
    try:
        yield client
    finally:
        client.close()


async def knock(client: Reader, unit: int) -> UnitFound:
    """Return what is at a unit number, by one register and, if need be, another kind of it."""
    met: list[Presence] = []
    faults: list[Fault] = []
    told = ""
    for attempt in range(KNOCKS):
        function_code = 4 if met == [Presence.NOBODY] else 3
        client.hurry()
        start_s = monotonic_s()
        try:
            await client.read(unit=unit, function_code=function_code, address=0, count=1)
        except ReadFailedError as error:
            if error.fault in HINDERED:
                raise no_contact(error) from error
            met.append(_presence(error.fault))
            faults.append(error.fault)
            told = str(error)
            if error.fault in DOUBLED:
                continue
            if met[-1] is Presence.SILENT or error.fault in NOBODY:
                break
        else:
            met.append(Presence.HERE)
        answer_ms = round(1000 * (monotonic_s() - start_s))
        if Presence.CLASH not in met and met[-1] is Presence.HERE and attempt:
            return UnitFound(unit=unit, presence=Presence.HERE, answer_ms=answer_ms)
        if met == [Presence.NOBODY, Presence.NOBODY]:
            break  # 4 at one kind of register may be the device's own, at both it is nobody
    here = Presence.HERE in met
    if Presence.CLASH in met or (here and sum(fault in DOUBLED for fault in faults) > 1):
        return UnitFound(unit=unit, presence=Presence.CLASH)
    fault = faults[-1] if faults else None
    presence = Presence.HERE if here and met[-1] is Presence.SILENT else met[-1]
    return UnitFound(unit=unit, presence=presence, exception=_exception(told), fault=fault)


def _presence(fault: Fault) -> Presence:
    if fault in NOBODY or fault is Fault.DEVICE:
        return Presence.NOBODY
    if fault in (Fault.CONFIGURATION, Fault.BUSY):
        return Presence.HERE
    return Presence.CLASH if fault in GARBLED else Presence.SILENT


def _exception(told: str) -> str:
    for number in ("4", "10", "11"):
        if f"exception {number};" in told:
            return f"0x{int(number):02X}"
    return ""


def guess_of(best: Ranked, *, settled: bool) -> Guess:
    """Return the best candidate as a guess."""
    base = best.candidate.base
    return Guess(
        profile=best.candidate.profile,
        product=f"{base.vendor} {base.models[0].partition(' (')[0]}",
        score=best.score,
        twins=best.twins,
        unsure=not settled or bool(best.scales),
    )


async def _serial(conversation: Conversation, best: Ranked) -> str | None:
    """Return the serial number in the device, if its map has one."""
    point = best.candidate.map.plate.get("serial_number")
    if point is None:
        return None
    run = (point.function_code, point.address, point.end)
    if not conversation.seen.settled(point.function_code, point.address, point.width):
        try:
            await conversation.ask(run)
        except NoContactError:
            return None
    registers = conversation.seen.get(point.function_code, point.address, point.width)
    if registers is None:
        return None
    value = decode_plate(point, registers, word_order=best.candidate.map.word_order)
    return str(value) if value else None


def _reads(best: Ranked) -> tuple[int, ...]:
    points = [p for p in best.candidate.map.points.values() if p.billing and p.unit_known]
    points += [p for q, p in best.candidate.map.points.items() if q == "active_power"]
    return tuple(block.count for block in plan_reads(points))


def budget_of(scan: Scan, link: Link) -> Judgement | None:
    """Return what reading the devices found costs, at the speed of the bus; None without any."""
    meters = tuple(unit.reads for unit in scan.found if unit.reads)
    if not meters:
        return None
    told: dict[str, object] = {
        "meters": len(meters),
        "reads": sum(len(reads) for reads in meters),
        "interval": f"{INTERVAL_S:g}",
    }
    if link.kind is LinkKind.TCP or link.kind is LinkKind.UDP:
        slowest = [(unit.answer_ms or 0) * len(unit.reads) for unit in scan.found]
        told["seconds"] = f"{max(0.1, sum(slowest) / 1000):.1f}"
        return Judgement(name="budget", outcome=Outcome.OK, code="budget_network", values=told)
    bits = 10 + (link.parity != "N") + (link.stop_bits - 1)
    speed = BusSpeed(baud=link.baud, bits_per_octet=bits)
    budget = Budget(
        bus=link.where, speed=speed, demands=(Demand(interval_s=INTERVAL_S, meters=meters),)
    )
    told |= {"seconds": f"{budget.needs_s(budget.demands[0]):.1f}", "baud": link.baud}
    if not budget.fits:
        told["ways"] = budget.ways_out
        return Judgement(name="budget", outcome=Outcome.REFUSED, code="budget_over", values=told)
    return Judgement(name="budget", outcome=Outcome.OK, code="budget_ok", values=told)


def other_links(link: Link) -> list[Link]:
    """Return other ways in which the same place may answer, the likeliest first."""
    if link.kind is LinkKind.TCP:
        return [replace(link, kind=LinkKind.RTU_OVER_TCP)]
    if link.kind is LinkKind.RTU_OVER_TCP:
        return [replace(link, kind=LinkKind.TCP)]
    if link.kind is not LinkKind.RTU:
        return []
    formats = [
        replace(link, parity=parity, stop_bits=stop_bits)
        for parity, stop_bits in OTHER_PARITIES
        if (parity, stop_bits) != (link.parity, link.stop_bits)
    ]
    speeds = [replace(link, baud=baud) for baud in OTHER_BAUDS if baud != link.baud]
    return [*formats, *speeds]


def _counted(conversation: Conversation, best: Ranked) -> tuple[int, ...]:
    """Return the registers of the billed counter as they were answered; none where it has none."""
    for point in best.candidate.map.points.values():
        if not point.billing:
            continue
        registers = conversation.seen.get(point.function_code, point.address, point.type.width)
        if registers is not None and any(registers):
            return tuple(registers)
    return ()


def _of_one_device(met: Sequence[UnitFound]) -> list[Judgement]:
    """Return a note where one device answers at several unit numbers."""
    at: dict[tuple[object, ...], list[int]] = {}
    for unit in met:
        if unit.presence is Presence.HERE and unit.counted and unit.guess is not None:
            at.setdefault((unit.guess.profile, unit.serial, unit.counted), []).append(unit.unit)
    return [
        _note("one_device", units=", ".join(map(str, units)), first=units[0])
        for units in at.values()
        if len(units) > 1
    ]


def of_every_fault(met: Sequence[UnitFound]) -> list[Judgement]:
    """Return a note where nothing sound came from anybody, but always the same."""
    faults = {unit.fault for unit in met}
    if len(faults) == 1 and faults <= {Fault.ECHO, Fault.SECOND_MASTER}:
        return [_note(str(faults.pop()))]
    return []


def _note(code: str, **values: object) -> Judgement:
    return Judgement(name="link", outcome=Outcome.NOTED, code=f"scan.{code}", values=values)


def _why_other(link: Link, other: Link, *, garbled: bool) -> Judgement:
    told = {"asked": link.where, "good": other.where, "link": link_text(other)}
    if link.kind is LinkKind.RTU:
        code = "parity" if link.baud == other.baud else "speed"
        return _note(f"{code}_broken" if garbled else code, **told)
    transparent = other.kind is LinkKind.RTU_OVER_TCP
    return _note("transparent" if transparent else "not_transparent", **told)
