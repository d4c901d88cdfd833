"""Simulated devices of every shipped profile, read back by our own client and decoder."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from fractions import Fraction
from random import Random  # noqa: TID251 - seeded

import pytest

from adapters.modbus import register_map as maps
from adapters.modbus.client import ModbusClient
from adapters.modbus.decode import BlockDecoder
from adapters.modbus.decode_plate import decode_plate, raw_value
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.read_plan import plan_reads
from energy.metering.channel import Kind
from simulator.profile_image import Image, Value
from simulator.profile_slave import ProfileSlave, plausible, register_image
from tests.adapters.modbus.libmodbus_peer import NEEDS_LIBMODBUS, asked_by_libmodbus

UNIT = 7


def wire_map(profile: str) -> maps.RegisterMap:
    """Return a map with addresses as on the wire: SunSpec models begin behind model 1."""
    read = maps.load(profile)
    return maps.load(f"{profile}@40070") if read.discovery is not None else read


def image_of(read: maps.RegisterMap, values: dict[str, Value]) -> Image:
    plain = maps.load(read.id.partition("@")[0])
    return register_image(plain, values, offset=40070 if plain.discovery is not None else 0)


def client_of(slave: ProfileSlave, kind: LinkKind = LinkKind.TCP) -> ModbusClient:
    link = Link(kind=kind, host="127.0.0.1", port=slave.port)
    return ModbusClient(link=link, timeout_s=2.0, name="test")


async def ask(
    client: ModbusClient, code: int, address: int, count: int, *, unit: int = UNIT
) -> Sequence[int]:
    return await client.read(unit=unit, function_code=code, address=address, count=count)


async def read_all(slave: ProfileSlave, read: maps.RegisterMap) -> dict[str, object]:
    """Return every point [unit] and plate value of a device, as the collector would read them."""
    client = client_of(slave)
    found: dict[str, object] = {}
    try:
        for block in plan_reads(read.points.values(), max_gap=0):
            registers = await ask(client, block.function_code, block.address, block.count)
            for value in BlockDecoder(block, read).decode(registers):
                assert value.flaw is None, (value.point.quantity, value.flaw)
                found[value.point.quantity] = value.count * value.point.resolution
        for plate in read.plate.values():
            registers = await ask(client, plate.function_code, plate.address, plate.width)
            found[plate.quantity] = decode_plate(plate, registers, word_order=read.word_order)
        for rule in read.identify[:1]:
            registers = await ask(client, rule.function_code, rule.address, rule.width)
            raw = raw_value(rule, registers, word_order=read.word_order)
            assert raw is not None
            assert any(each.holds(raw) for each in read.identify)
    finally:
        client.close()
    return found


def read_back(read: maps.RegisterMap, values: dict[str, Value]) -> dict[str, object]:
    async def session() -> dict[str, object]:
        async with ProfileSlave({UNIT: image_of(read, values)}) as slave:
            return await read_all(slave, read)

    return asyncio.run(session())


@pytest.mark.parametrize("profile", maps.MAPS.known())
def test_every_shipped_profile_reads_back_what_its_device_shows(profile: str) -> None:
    read = wire_map(profile)
    values = plausible(read)
    assert set(values) == set(read.points) | set(read.plate)
    assert read_back(read, values) == values


def any_values(read: maps.RegisterMap, seed: int) -> dict[str, Value]:
    """Return values that use the registers to their ends."""
    dice = Random(seed)
    values: dict[str, Value] = dict(plausible(read))
    signed = {(rule.function_code, rule.address) for rule in read.identify}
    for quantity, point in read.points.items():
        if (point.function_code, point.address) in signed:
            continue
        if point.bits is not None:
            values[quantity] = dice.randrange(2 ** point.bits[1] - 1)
            continue
        sign = -1 if point.kind is Kind.GAUGE and point.type.value[0] not in "uab" else 0
        top = 2**22 if point.type.is_float else 2 ** (min(point.type.bits, 50) - 1) - 2
        values[quantity] = dice.randint(max(sign * top, -top), top) * point.resolution
        if point.type is maps.RegisterType.ACC32:
            values[quantity] = dice.randint(1, 2**32 - 1) * point.resolution
    return values


@pytest.mark.parametrize("profile", maps.MAPS.known())
def test_every_point_reads_back_any_value_that_its_type_can_hold(profile: str) -> None:
    read = wire_map(profile)
    for seed in range(3):
        values = any_values(read, seed)
        assert read_back(read, values) == values


def voltages(found: dict[str, object]) -> list[object]:
    return [found.get(f"voltage_l{phase}") for phase in (1, 2, 3)]


def test_a_device_may_answer_in_the_wrong_word_order_and_one_register_off() -> None:
    read = maps.load("siemens_pac2200_3200")
    image = register_image(read, plausible(read), word_order="little", offset=1)

    async def session() -> dict[str, object]:
        async with ProfileSlave({UNIT: image}) as slave:
            return await read_all(slave, maps.load("siemens_pac2200_3200@1~little"))

    assert voltages(asyncio.run(session())) == [230, 230, 230]


def test_what_a_device_lacks_is_an_exception_and_an_absent_unit_is_silent() -> None:
    read = maps.load("xy_md02")

    async def session() -> list[str]:
        faults = []
        async with ProfileSlave({UNIT: register_image(read, plausible(read))}) as slave:
            client = client_of(slave)
            for unit, code, address in ((UNIT, 4, 3), (UNIT, 3, 1), (9, 4, 1)):
                with pytest.raises(ReadFailedError) as caught:
                    await ask(client, code, address, 1, unit=unit)
                faults.append(caught.value.fault)
            client.close()
            assert slave.questions == [(UNIT, 4, 3, 1), (UNIT, 3, 1, 1)]
        return faults

    assert asyncio.run(session()) == [
        Fault.CONFIGURATION, Fault.CONFIGURATION, Fault.GATEWAY_SILENT,
    ]  # fmt: skip


def test_a_transparent_gateway_frames_with_checksums() -> None:
    read = maps.load("xy_md02")

    async def session() -> list[int]:
        image = register_image(read, plausible(read))
        async with ProfileSlave({UNIT: image}, framing="rtu") as slave:
            client = client_of(slave, LinkKind.RTU_OVER_TCP)
            try:
                return list(await ask(client, 4, 1, 2))
            finally:
                client.close()

    assert asyncio.run(session()) == [234, 475]


@pytest.mark.skipif(shutil.which("mbpoll") is None, reason="mbpoll is missing: apt install mbpoll")
def test_mbpoll_reads_a_device_that_we_simulate() -> None:
    read = maps.load("xy_md02")

    async def session() -> str:
        image = register_image(read, plausible(read))
        async with ProfileSlave({UNIT: image}) as slave:
            row = f"mbpoll -m tcp -p {slave.port} -a {UNIT} -t 3 -0 -r 1 -c 2 -1 127.0.0.1"
            asked = await asyncio.create_subprocess_exec(
                *row.split(), stdout=asyncio.subprocess.PIPE
            )
            out, _ = await asked.communicate()
            return out.decode()

    said = asyncio.run(session())
    assert [row.split()[-1] for row in said.splitlines() if row.startswith("[")] == ["234", "475"]


@NEEDS_LIBMODBUS
def test_libmodbus_reads_a_device_that_we_simulate() -> None:
    read = maps.load("xy_md02")

    async def session() -> tuple[str, str]:
        image = register_image(read, plausible(read))
        async with ProfileSlave({UNIT: image}) as slave:
            return (
                await asked_by_libmodbus("tcp", str(slave.port), UNIT, 4, 1, 2),
                await asked_by_libmodbus("tcp", str(slave.port), UNIT, 3, 1, 2),
            )

    assert asyncio.run(session()) == ("234 475", "refused: Illegal data address")


def test_a_sunspec_device_can_be_found_by_its_marker() -> None:
    read = maps.load("sunspec_meter_int")
    image = register_image(read, plausible(read) | {"serial_number": "SN-1"}, offset=40070)
    assert [image[3, 40000 + n] for n in range(4)] == [0x5375, 0x6E53, 1, 66]
    assert image[3, 40070] == 201
    length = image[3, 40071]
    assert [image[3, 40072 + length], image[3, 40073 + length]] == [0xFFFF, 0]
    assert image[3, 40002 + 50] == int.from_bytes(b"SN", "big")


def test_a_value_between_two_steps_is_refused() -> None:
    read = maps.load("xy_md02")
    with pytest.raises(ValueError, match="no whole number of raw steps"):
        register_image(read, {"temperature": Fraction("23.45")})
    with pytest.raises(ValueError, match="does not fit"):
        register_image(read, {"temperature": 4000})


@pytest.mark.slow
def test_two_thousand_devices_that_differ_from_their_maps_are_read_by_their_variants() -> None:
    names = maps.MAPS.known()
    for seed in range(2000):
        dice = Random(seed)
        read = maps.load(names[seed % len(names)])
        lowest = min(point.address for point in read.points.values())
        shift = 40070 if read.discovery is not None else dice.randint(-min(1, lowest), 1)
        order = dice.choice(("big", "little"))
        values = any_values(read, seed)
        image = register_image(read, values, word_order=order, offset=shift)
        found: dict[str, object] = {}
        other = maps.load(f"{read.id}@{shift}~{order}")
        for block in plan_reads(other.points.values(), max_gap=0):
            words = [image[block.function_code, block.address + n] for n in range(block.count)]
            for value in BlockDecoder(block, other).decode(words):
                assert value.flaw is None, (seed, value.point.quantity)
                found[value.point.quantity] = value.count * value.point.resolution
        assert found == {name: values[name] for name in read.points}, seed
