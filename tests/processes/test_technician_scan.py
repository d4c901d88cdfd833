"""A bus scanned on real sockets and a real pair of serial ports."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction

import pytest

from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.probing.candidate import Products
from adapters.modbus.register_map import MAPS, load
from processes.technician_checks import Outcome
from processes.technician_scan import (
    Guess,
    Presence,
    Scan,
    Scanner,
    UnitFound,
    budget_of,
    knock,
    of_every_fault,
)
from processes.technician_values import NoContactError
from simulator.profile_slave import ProfileSlave, checksum
from tests.fixtures.slaves import image_of, slaves

PRODUCTS = Products([load(name) for name in MAPS.known()], as_written=True)


def scan(link: Link, units: list[int], timeout_s: float = 0.3) -> Scan:
    return asyncio.run(Scanner(link=link, timeout_s=timeout_s, products=PRODUCTS).scan(units))


def tcp(slave: ProfileSlave, kind: LinkKind = LinkKind.TCP) -> Link:
    return Link(kind=kind, host="127.0.0.1", port=slave.port)


def test_devices_are_found_with_a_guess_and_their_serial() -> None:
    images = {1: image_of("eastron_sdm630"), 5: image_of("schneider_pm5000")}
    with slaves(images) as slave:
        found = scan(tcp(slave), [1, 2, 5])
    one, two, five = found.units
    assert one.guess is not None
    assert (one.presence, one.guess.profile) == (Presence.HERE, "eastron_sdm630")
    assert (two.presence, two.exception) == (Presence.NOBODY, "0x0B")
    assert (five.guess and five.guess.product, five.serial) == (
        "Schneider Electric PM5100",
        "22081134",
    )
    assert found.silent == 0
    assert found.budget is not None
    assert found.budget.code == "budget_network"


def test_a_device_whose_registers_lie_elsewhere_is_here_but_not_named() -> None:
    with slaves({3: image_of("chint_dtsu666", word_order="little", offset=-1)}) as slave:
        [unit] = scan(tcp(slave), [3]).units
    assert (unit.presence, unit.guess) == (Presence.HERE, None)


def test_a_gateway_in_transparent_mode_is_named_and_scanned_all_the_same() -> None:
    with slaves({1: image_of("eastron_sdm630")}, framing="rtu") as slave:
        found = scan(tcp(slave), [1])
        assert [unit.unit for unit in found.found] == [1]
        [note] = found.notes
        assert note.code == "scan.transparent"
        assert f"rtu-over-tcp:127.0.0.1:{slave.port}" in note.text("en")


def test_a_closed_port_is_no_contact_with_the_next_step() -> None:
    with slaves({}) as slave:
        link = tcp(slave)
    with pytest.raises(NoContactError, match="the host answers, the port is closed"):
        scan(link, [1])


def test_a_missing_adapter_is_no_contact_with_the_next_step() -> None:
    with pytest.raises(NoContactError, match="is the adapter plugged in"):
        scan(Link(kind=LinkKind.RTU, device="/dev/no-such-adapter"), [1])


class Answering:
    """A reader that answers as a list of faults says; None is a sound answer."""

    def __init__(self, *faults: Fault | None) -> None:
        self.faults = list(faults)

    async def read(self, *, unit: int, function_code: int, address: int, count: int) -> list[int]:
        fault = self.faults.pop(0) if len(self.faults) > 1 else self.faults[0]
        if fault is not None:
            raise ReadFailedError(fault, f"unit {unit}", "as the test says")
        return [0]

    def hurry(self) -> None:
        """Have nothing to hurry."""


@pytest.mark.parametrize(
    ("faults", "presence"),
    [
        ((None,), Presence.HERE),
        ((Fault.CONFIGURATION,), Presence.HERE),
        ((Fault.DEVICE, None), Presence.HERE),
        ((Fault.DEVICE,), Presence.NOBODY),
        ((Fault.GATEWAY_PATH,), Presence.NOBODY),
        ((Fault.GATEWAY_SILENT,), Presence.NOBODY),
        ((Fault.NO_ANSWER,), Presence.SILENT),
        ((Fault.BAD_CHECKSUM,), Presence.CLASH),
        ((Fault.BAD_CHECKSUM, None), Presence.CLASH),
        ((None, Fault.BAD_CHECKSUM), Presence.CLASH),
        ((None, Fault.SECOND_MASTER), Presence.CLASH),  # a second answer behind each sound one
        ((None, Fault.LATE), Presence.CLASH),
        ((None, Fault.LATE, None), Presence.HERE),  # once is a slow network
        ((None, Fault.NO_ANSWER), Presence.HERE),
        ((Fault.SECOND_MASTER,), Presence.SILENT),
    ],
)
def test_an_answer_is_a_device_a_ghost_a_silence_or_a_clash(
    faults: tuple[Fault | None, ...], presence: Presence
) -> None:
    assert asyncio.run(knock(Answering(*faults), 7)).presence is presence


def test_one_device_that_answers_at_every_number_is_told_as_one() -> None:
    alone = image_of("eastron_sdm630")
    other = image_of("eastron_sdm630", {"active_energy_import": Fraction("4711.5")})
    with slaves({1: alone, 2: alone, 3: alone, 4: other}) as slave:
        found = scan(tcp(slave), [1, 2, 3, 4])
    [note] = found.notes
    assert "same counter at units 1, 2, 3" in note.text("en")
    assert len(found.found) == 4


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Fault.ECHO, "the adapter echoes"), (Fault.SECOND_MASTER, "Somebody else asks")],
)
def test_what_happens_at_every_number_is_told_once(fault: Fault, words: str) -> None:
    met = [UnitFound(unit=n, presence=Presence.SILENT, fault=fault) for n in (1, 2, 3)]
    [note] = of_every_fault(met)
    assert words in note.text("en")
    assert of_every_fault([*met, UnitFound(unit=4, presence=Presence.HERE)]) == []


def test_a_bus_with_too_many_meters_is_over_its_budget() -> None:
    units = tuple(
        UnitFound(
            unit=n,
            presence=Presence.HERE,
            guess=Guess(profile="p", product="P", score=1.0),
            reads=(60, 60),
        )
        for n in range(1, 33)
    )
    found = Scan(link="rtu:COM7,2400,8N1", asked=32, units=units, silent=0)
    link = Link(kind=LinkKind.RTU, device="COM7", baud=2400)
    over = budget_of(found, link)
    assert over is not None
    assert over.outcome is Outcome.REFUSED
    assert "too slow" in over.text("en")
    fast = budget_of(found, Link(kind=LinkKind.RTU, device="COM7", baud=115200))
    assert fast is not None
    assert fast.outcome is Outcome.OK


@contextmanager
def serial_slave(slave: ProfileSlave, *, broken: int = 0) -> Iterator[str]:
    """Answer RTU questions on one end of a pair of terminals; yields the other end's name."""
    ours, theirs = os.openpty()
    name = os.ttyname(theirs)

    def serve() -> None:
        held = b""
        while True:
            try:
                held += os.read(ours, 256)
            except OSError:
                return
            while len(held) >= 8:
                frame, held = held[:8], held[8:]
                answer = slave.answer(frame[0], frame[1:-2])
                if answer is None:
                    continue
                body = frame[:1] + answer
                end = b"\0\0" if frame[0] == broken else checksum(body)
                os.write(ours, body + end)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield name
    finally:
        os.close(theirs)
        thread.join(60)  # it reads our end: closed before, its number could be another file's
        os.close(ours)


def test_two_devices_with_one_number_are_told_by_their_broken_answers() -> None:
    images = {1: image_of("eastron_sdm120"), 2: image_of("eastron_sdm120")}
    with serial_slave(ProfileSlave(images), broken=2) as device:
        found = scan(Link(kind=LinkKind.RTU, device=device), [1, 2, 3], timeout_s=0.2)
    assert [unit.presence for unit in found.units] == [Presence.HERE, Presence.CLASH]
    assert found.silent == 1
    [note] = found.notes
    assert "share unit 2" in note.text("en")


def test_a_count_of_silent_units_is_kept() -> None:
    with slaves({1: image_of("xy_md02", {"temperature": Fraction(21)})}, framing="rtu") as slave:
        found = scan(tcp(slave, LinkKind.RTU_OVER_TCP), [1, 2], timeout_s=0.2)
    assert (len(found.found), found.silent) == (1, 1)


class Elsewhere(Scanner):
    """A scanner of a bus where only one other setting brings answers."""

    good: Link
    first: Presence

    async def _ask_all(self, link: Link, units: Sequence[int]) -> list[UnitFound]:
        presence = Presence.HERE if link == self.good else self.first
        return [UnitFound(unit=unit, presence=presence) for unit in units]

    async def _answers(self, link: Link, units: Sequence[int]) -> bool:
        return link == self.good and bool(units)


@pytest.mark.parametrize(
    ("good", "first", "words"),
    [
        (Link(kind=LinkKind.RTU, device="COM7", parity="E"), Presence.CLASH,
         "All checksums bad at COM7 9600 8N1, good at COM7 9600 8E1: parity"),
        (Link(kind=LinkKind.RTU, device="COM7", parity="E"), Presence.SILENT,
         "No answer at COM7 9600 8N1, good answers at COM7 9600 8E1: parity"),
        (Link(kind=LinkKind.RTU, device="COM7", baud=19200), Presence.SILENT, "speed"),
    ],
)  # fmt: skip
def test_another_parity_or_speed_that_answers_is_named(
    good: Link, first: Presence, words: str
) -> None:
    scanner = Elsewhere(
        link=Link(kind=LinkKind.RTU, device="COM7"), timeout_s=0.2, products=PRODUCTS
    )
    scanner.good, scanner.first = good, first
    found = asyncio.run(scanner.scan([1, 2]))
    assert [unit.presence for unit in found.units] == [Presence.HERE, Presence.HERE]
    [note] = found.notes
    assert words in note.text("en")


def test_a_bus_where_nothing_helps_says_what_to_look_at() -> None:
    scanner = Elsewhere(
        link=Link(kind=LinkKind.RTU, device="COM7"), timeout_s=0.2, products=PRODUCTS
    )
    scanner.good, scanner.first = Link(kind=LinkKind.RTU, device="none"), Presence.SILENT
    [note] = asyncio.run(scanner.scan([1, 2])).notes
    assert "Swap the wires A and B" in note.text("en")
