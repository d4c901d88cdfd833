"""In: id of a profile, or file of a map. Out: what is known of the product, row by row. I/O: files.

One shape for all protocols: Modbus register maps and the profiles of the other protocols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from adapters.bacnet.profile import Wire as BacnetWire
from adapters.cjt188.decode import Wire as CjtWire
from adapters.cjt188.profile import Cjt188Reader
from adapters.dlt645.decode import Wire as DltWire
from adapters.dlt645.profile import Dlt645Reader
from adapters.errors import AdapterError, FaultyFileError
from adapters.mbus.decode import Wire as MbusWire
from adapters.mbus.profile import MbusReader
from adapters.mbus.records import Function
from adapters.meter_profile import MeterProfile, ProfilePoint
from adapters.modbus.register_map import (
    MAPS,
    Identify,
    PlatePoint,
    RegisterMap,
    RegisterPoint,
    SerialDefaults,
    plain_id,
)
from adapters.opcua.profile import Wire as OpcuaWire
from adapters.toml_text import table_in, text_in
from billing.money import exact_text
from energy.metering.channel import Direction
from energy.metering.source_facts import BACNET, CHINESE, MBUS, OPCUA
from processes.meter_profiles import (
    SHELVES,
    every_profile,
    every_shelf,
    load_map,
    require_unused,
    shelf_of,
)

DLT645, CJT188 = CHINESE
MODBUS = "Modbus"
NAMES: Mapping[str, str] = {
    DLT645: "DL/T 645-2007", CJT188: "CJ/T 188", MBUS: "M-Bus", OPCUA: "OPC UA",
    BACNET: "BACnet/IP",
}  # fmt: skip
"""Names of the protocols whose profiles are no register maps, by kind of source."""
_OWN_WORDS: Mapping[str, frozenset[str]] = {
    DLT645: Dlt645Reader.WIRE_KEYS - {"bits"},
    CJT188: frozenset(Cjt188Reader.OWN_KEYS) | {"item"},
    MBUS: frozenset(MbusReader.OWN_KEYS) | {"record"},
    OPCUA: frozenset({"node"}),
    BACNET: frozenset({"object"}),
}
"""Keys that only profiles of one protocol have."""
_LINKS: Mapping[str, Sequence[str]] = {OPCUA: ("tcp",), BACNET: ("udp",)}


_AnyWire = DltWire | CjtWire | MbusWire | OpcuaWire | BacnetWire


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """One value of a product."""

    quantity: str
    fc: int | None
    """Function code of Modbus."""
    register: str
    """First register; identifier or bytes in the answer of other protocols."""
    type: str | None
    step: Fraction
    """Units per count. [unit / count]"""
    unit: str
    unit_known: bool
    kind: str
    """Kind of its channel, or "plate"."""
    side: str | None
    trust: str
    billed: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSheet:
    """What is known of a product."""

    profile: str
    protocol: str
    vendor: str
    models: Sequence[str]
    utility: str
    link: Sequence[str]
    serial: str
    word_order: str
    trust: str
    side: str
    constant: str
    ratios: Sequence[str]
    missing: Sequence[str]
    signature: Sequence[str]
    sources: Sequence[str]
    note: str
    own: bool
    """Whether the map is the site's own."""
    points: Sequence[PointRow]

    @property
    def bills(self) -> list[str]:
        """Return the quantities on which bills may rest."""
        return [point.quantity for point in self.points if point.billed]

    @property
    def unsettled(self) -> list[str]:
        """Return the quantities whose unit no source settles."""
        return [p.quantity for p in self.points if not p.unit_known and p.kind != "plate"]


def shipped() -> list[str]:
    """Return the ids of every profile that ships, whatever its protocol."""
    return [name for shelf in every_shelf() for name in shelf.shipped()]


def sheet(profile: str) -> ProfileSheet:
    """Return what is known of a product.

    Raises:
        UnknownProfileError: There is no such profile.
        ProfileNameTakenError: Two profiles bear the name.
        RegisterMapError: Its map has problems.
        MeterProfileError: The profile has problems.
    """
    found = shelf_of(profile)
    if found is None:
        return map_sheet(load_map(profile), own=plain_id(profile) in MAPS.own_ids())
    kind, shelf = found
    return _framed(shelf.load(profile), kind, own=profile not in shelf.shipped())


def every_sheet() -> tuple[list[ProfileSheet], list[AdapterError]]:
    """Return what is known of every product, and why nothing is known of the others."""
    sheets, faulty = [], []
    for name in dict.fromkeys(every_profile()):
        try:
            sheets.append(sheet(name))
        except AdapterError as error:
            faulty.append(error)
    return sheets, faulty


def file_sheet(file: Path) -> ProfileSheet:
    """Return what a profile of the site's own says, checked; its keys tell its protocol.

    Raises:
        ProfileNameTakenError: It bears the id of one that ships, or of another protocol's own one.
        RegisterMapError: Lists every problem.
        MeterProfileError: Likewise, of a profile that is no register map.
    """
    kind = _kind_of(text_in(file, name=file.stem, wrong=FaultyFileError))
    require_unused(file, MAPS if kind is None else SHELVES[kind])
    if kind is None:
        return map_sheet(MAPS.load_file(file), own=True)
    return _framed(SHELVES[kind].load_file(file), kind, own=True)


def folder_of(protocol: str) -> str:
    """Return in which folder of the data directory a site's own profiles of a protocol lie."""
    return next((SHELVES[kind].own for kind, name in NAMES.items() if name == protocol), MAPS.own)


def _kind_of(text: str) -> str | None:
    """Return the kind of source whose keys a profile has; None for a register map, or no TOML."""
    try:
        raw = table_in(text, name="", wrong=FaultyFileError)
    except FaultyFileError:
        return None
    told = raw.get("point")
    points = [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []
    keys = {*raw, *(key for row in points for key in row)}
    return next((kind for kind, words in _OWN_WORDS.items() if keys & words), None)


def text_of(profile: str) -> str:
    """Return the file of a profile as it stands.

    Raises:
        UnknownProfileError: There is no such profile.
        ProfileNameTakenError: Two profiles bear the name.
        RegisterMapError: Its map has problems.
    """
    found = shelf_of(profile)
    return MAPS.text(plain_id(load_map(profile).id)) if found is None else found[1].text(profile)


def map_sheet(read: RegisterMap, *, own: bool) -> ProfileSheet:
    """Return what a register map says."""
    points = [_point(point) for point in read.points.values()]
    return ProfileSheet(
        profile=read.id,
        protocol=MODBUS,
        vendor=read.vendor,
        models=read.models,
        utility=read.utility,
        link=read.links,
        serial=serial_text(read.serial),
        word_order=read.word_order,
        trust=read.trust.value,
        side=_sides(points),
        constant=read.constant or "",
        ratios=read.ratios,
        missing=read.missing,
        signature=[rule_text(rule) for rule in read.identify],
        sources=read.sources,
        note=read.note,
        own=own,
        points=[*points, *(_plate(plate) for plate in read.plate.values())],
    )


def _framed(read: MeterProfile[Any], kind: str, *, own: bool) -> ProfileSheet:
    points = [_framed_point(point) for point in read.points.values()]
    utilities = {p.facts.utility.value for p in read.points.values() if p.facts.utility}
    return ProfileSheet(
        profile=read.id,
        protocol=NAMES[kind],
        vendor=read.vendor,
        models=read.models,
        utility=", ".join(sorted(utilities)) or "none",
        link=_LINKS.get(kind, ("serial", "tcp")),
        serial="",
        word_order="",
        trust=read.trust.value,
        side=_sides(points),
        constant="",
        ratios=(),
        missing=(),
        signature=[f"{key} {value}" for key, value in read.own.items()],
        sources=read.sources,
        note="",
        own=own,
        points=points,
    )


def _sides(points: Sequence[PointRow]) -> str:
    return ", ".join(sorted({point.side for point in points if point.side}))


def serial_text(serial: SerialDefaults) -> str:
    """Return the serial settings of a product: "9600 8N1 unit 1"; empty when no source says."""
    parts = ["/".join(map(str, serial.bauds)), "/".join(serial.formats)]
    parts += [f"unit {serial.unit}"] if serial.unit is not None else []
    return " ".join(part for part in parts if part)


def rule_text(rule: Identify) -> str:
    """Return a rule of a signature in words."""
    if rule.equals is not None:
        holds = f"{rule.equals!r}" if isinstance(rule.equals, str) else f"{rule.equals}"
    else:
        assert rule.low is not None and rule.high is not None, "the map was checked"
        holds = f"{exact_text(rule.low)} to {exact_text(rule.high)}"
    type_ = rule.type or f"str{rule.width}"
    return f"register {rule.address} ({type_}, function {rule.function_code}) holds {holds}"


def _point(point: RegisterPoint) -> PointRow:
    own = []
    if point.scale != 1:
        own.append(f"raw x {exact_text(point.scale)}")
    if point.scale_address is not None:
        own.append(f"times 10 to the power in {point.scale_address}")
    return PointRow(
        quantity=point.quantity,
        fc=point.function_code,
        register=str(point.address),
        type=point.type.value,
        step=point.resolution,
        unit=point.unit,
        unit_known=point.unit_known,
        kind=point.kind.value,
        side=point.side.value,
        trust=point.trust.value,
        billed=point.billing,
        note=_remarks(point, point.bits, own),
    )


def _plate(plate: PlatePoint) -> PointRow:
    return PointRow(
        quantity=plate.quantity,
        fc=plate.function_code,
        register=str(plate.address),
        type=plate.type.value if plate.type else f"str{plate.width}",
        step=plate.resolution,
        unit=plate.unit,
        unit_known=True,
        kind="plate",
        side=None,
        trust=plate.trust.value,
        billed=False,
        note=plate.note,
    )


def _framed_point(point: ProfilePoint[_AnyWire]) -> PointRow:
    wire = point.wire
    own: Sequence[str] = ()
    if isinstance(wire, DltWire):
        place, own = wire.identifier, ["with the instant it occurred"] if wire.timed else []
    elif isinstance(wire, MbusWire):
        place = record_text(wire)
    elif isinstance(wire, OpcuaWire | BacnetWire):
        place = wire.node if isinstance(wire, OpcuaWire) else wire.object
        own = [f"value x {exact_text(wire.scale)}"] if wire.scale != 1 else []
    else:
        last = wire.item.first + wire.item.size - 1
        place = f"bytes {wire.item.first} to {last}"
    return PointRow(
        quantity=point.quantity,
        fc=None,
        register=place,
        type=None,
        step=point.resolution,
        unit=point.unit,
        unit_known=True,
        kind=point.facts.kind.value,
        side=point.facts.side.value,
        trust=point.trust.value,
        billed=point.billing,
        note=_remarks(point, wire.bits, own),
    )


def record_text(wire: MbusWire) -> str:
    """Return how a record of M-Bus looks: "energy storage 1"."""
    numbers = {"storage": wire.storage, "tariff": wire.tariff, "part": wire.subunit}
    parts = [wire.what, *(f"{name} {number}" for name, number in numbers.items() if number)]
    if wire.function is not Function.INSTANTANEOUS:
        parts.insert(0, wire.function.name.lower())
    return " ".join([*parts, *(f"extension {each:02X}" for each in wire.extensions)])


def _remarks(
    point: RegisterPoint | ProfilePoint[_AnyWire],
    bits: tuple[int, int] | None,
    own: Sequence[str],
) -> str:
    parts = ["billed"] if point.billing else []
    if point.direction is not Direction.NONE:
        parts.append(point.direction.value)
    parts += own
    if bits is not None:
        first, width = bits
        parts.append(f"bit {first}" if width == 1 else f"bits {first} to {first + width - 1}")
    if point.modulus is not None:
        parts.append(f"turns at {point.modulus} counts")
    if point.note:
        parts.append(point.note)
    return "; ".join(parts)
