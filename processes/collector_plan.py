"""In: what the registry says of sources, meters, channels. Out: one plan, a value. I/O: a file.

The plan is cached as JSON, so that a collector whose database is down, or a laptop in a plant
room, starts all the same. It is checked whole: every problem is listed at once.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from adapters.bacnet.address import parse as parse_bacnet
from adapters.errors import AdapterError
from adapters.mbus.address import parse as parse_mbus
from adapters.opcua.node import require_name
from energy.base.errors import ConfigError
from energy.base.text import Told, tell
from energy.metering.source_facts import (
    BACNET,
    CHINESE,
    MBUS,
    MODBUS,
    ONE_QUESTION,
    OPCUA,
    factory_format,
    source_problems,
    sources_problems,
)

FORMAT = 1
NAMED: Mapping[str, Callable[[str], object]] = {OPCUA: require_name, BACNET: parse_bacnet}
"""How a meter is named behind each kind of server."""


class PlanError(ConfigError):
    """A collect plan does not fit together; lists every problem found."""

    code = "collect.plan"

    def __init__(self, problems: list[str]) -> None:
        """Join the problems into one message, one a row."""
        self.problems = problems
        rows = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(
            f"The collect plan has {len(problems)} problem(s); nothing was started:\n{rows}\n"
            "Mend the site file or commission the meters anew, then start the collector again."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlan:
    """Where readings come from: a Modbus device or bus, a bus of tenant meters, a broker."""

    key: str
    kind: str
    """One of energy.metering.source_facts.KINDS."""
    host: str = ""
    """Empty for a serial port."""
    port: int = 0
    interval_s: int = 60
    """Seconds between two slots of a polled source. [s]"""
    timeout_ms: int = 1000
    """Longest wait for one answer of a polled source. [ms]"""
    connections: int = 1
    """Connections to a polled source at the same time."""
    topic: str = ""
    """Topic of a broker, with "{device}" (or "+") for the device; empty: the mapping's own."""
    device: str = ""
    """Serial port, for example "/dev/ttyUSB0" or "COM7"."""
    baud: int = 0
    """Speed of the serial bus; 0 takes what the kind's devices have from the factory. [bit/s]"""
    parity: str = ""
    """N, E or O; empty takes what the kind's devices have."""
    stop_bits: int = 1
    """[bit]"""
    authority: str = ""
    """File with the certificates that TLS trusts."""
    certificate: str = ""
    """File with the client's certificate for TLS."""
    key_file: str = ""
    """File with the key of that certificate."""
    mapping: str = ""
    """Mapping file or preset of a broker's messages."""
    share: str = ""
    """Group of collectors that share a broker's messages; empty: this one gets them all."""
    path: str = ""
    """What follows the port in the address of an OPC UA server."""
    security: str = ""
    """Policy of an OPC UA server; empty: none."""
    user: str = ""
    """Account at an OPC UA server."""
    password_file: str = ""
    """File with the password of that account."""
    silent_s: int = 3600
    """Silence of a broker's source from which it is reported; 0 never. [s]"""
    receive_maximum: int = 1000
    """Messages a broker may send before the first is acknowledged."""
    least_gap_ms: int = 0
    """Least pause between two questions on the bus. [ms]"""

    def __post_init__(self) -> None:
        """Fill in the factory's serial format of the kind."""
        baud, parity = factory_format(self.kind)
        object.__setattr__(self, "baud", self.baud or baud)
        object.__setattr__(self, "parity", self.parity or parity)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """Which channel of the site a quantity of a meter is."""

    number: int
    quantity: str
    kind: str = ""
    unit: str = ""
    resolution: str = ""
    """Units per count, exact; empty in plans of earlier versions."""
    utility: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterPlan:
    """One meter: where it hangs and which channels it serves."""

    point: str
    source: str
    profile: str
    address: Mapping[str, int | str]
    """{"unit": 2} behind Modbus, {"device": "cam-b2-gas"} behind a broker."""
    channels: tuple[ChannelPlan, ...]
    serial: str = ""
    """Serial number on record; another one is another device."""
    register_serial: str = ""
    """What the device itself tells for it, where a technician confirmed that the plate differs."""
    ratio_since: str = ""
    """Instant of the last ratio change on record, ISO; "" where there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectPlan:
    """Everything a collector needs to know of its site."""

    site: str
    sources: tuple[SourcePlan, ...]
    meters: tuple[MeterPlan, ...]
    zone: str = ""
    """Of the site; empty in a plan of before."""

    def __post_init__(self) -> None:
        """Check the plan whole.

        Raises:
            PlanError: Lists every problem.
        """
        problems = [*self._source_problems(), *self._meter_problems()]
        if problems:
            raise PlanError(problems)

    def meters_of(self, source: str) -> list[MeterPlan]:
        """Return the meters behind a source."""
        return [meter for meter in self.meters if meter.source == source]

    def meters_by_source(self) -> dict[str, list[MeterPlan]]:
        """Return the meters behind every source that has any: one look for all."""
        behind: dict[str, list[MeterPlan]] = {}
        for meter in self.meters:
            behind.setdefault(meter.source, []).append(meter)
        return behind

    def save(self, path: Path) -> None:
        """Write the plan as JSON; a reader sees the old file or the new one, never half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fields = {"format": FORMAT, **asdict(self)}
        fresh.write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n", "utf-8")
        fresh.replace(path)

    @staticmethod
    def load(path: Path) -> CollectPlan:
        """Return the plan in a file.

        Raises:
            PlanError: The file is absent, no JSON, or no plan.
        """
        try:
            fields = json.loads(path.read_text("utf-8"))
            if fields.pop("format") != FORMAT:
                raise PlanError([f"{path} has another format than {FORMAT}"])
            return plan_from_fields(fields)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise PlanError([f"{path} holds no plan: {error!r}"]) from error

    def _source_problems(self) -> list[str]:
        problems = _twice("source", [source.key for source in self.sources])
        tables = [asdict(source) for source in self.sources]
        for table in tables:
            problems += source_problems(table)
        return problems + sources_problems(tables)

    def _meter_problems(self) -> list[str]:
        sources = {source.key: source for source in self.sources}
        problems = _twice("point", [meter.point for meter in self.meters])
        numbers = [channel.number for meter in self.meters for channel in meter.channels]
        problems += _twice("channel", [str(number) for number in numbers])
        addresses = []
        for meter in self.meters:
            where = f"meter {meter.point!r}"
            source = sources.get(meter.source)
            if source is None:
                problems.append(f"{where}: there is no source {meter.source!r}")
                continue
            name, problem = address_problem(source, meter.address, len(meter.channels))
            if problem is not None:
                problems.append(f"{where}: {problem}")
            told = meter.address.get(name)
            if source.kind in CHINESE:  # "12" is "000000000012": the number is filled with zeros
                told = str(told).lstrip("0")
            addresses.append(f"{meter.source}, {name} {told}")
            if not meter.channels:
                problems.append(f"{where}: has no channel")
        return problems + _twice("address", addresses)


def plan_from_fields(fields: Mapping[str, Any]) -> CollectPlan:
    """Return the plan that JSON holds; what `asdict` gives of one.

    Raises:
        PlanError: It does not fit together.
        KeyError, TypeError: It is no plan.
    """
    zone = fields.get("zone", "")
    if not isinstance(zone, str):  # which zones there are each machine knows by itself
        raise PlanError([f"`zone` = {zone!r} is no text"])
    return CollectPlan(
        site=fields["site"],
        sources=tuple(SourcePlan(**row) for row in fields["sources"]),
        meters=tuple(_meter(row) for row in fields["meters"]),
        zone=zone,
    )


def address_problem(
    source: SourcePlan, address: Mapping[str, int | str], channels: int
) -> tuple[str, Told | str | None]:
    """Return which key of its address names a meter behind a source, and what is wrong with it.

    Args:
        source: The source.
        address: Of the meter.
        channels: How many the meter has.
    """
    if source.kind in MODBUS:
        unit, last = address.get("unit"), 247 if source.kind in ONE_QUESTION else 255
        good = type(unit) is int and 1 <= unit <= last
        return "unit", None if good else tell("why.address.unit", last=last)
    if source.kind in CHINESE:
        number = address.get("meter")
        good = isinstance(number, str) and number.isalnum()
        return "meter", None if good else tell("why.address.plate")
    if source.kind == MBUS:
        return "meter", _unnamed(parse_mbus, address.get("meter"))
    if source.kind in NAMED:
        return "meter", _unnamed(NAMED[source.kind], address.get("meter"))
    good = isinstance(address.get("device"), str)
    if not source.mapping:
        good = good and channels == 1
    return "device", None if good else tell("why.address.device")


def _unnamed(parse: Callable[[str], object], written: object) -> Told | str | None:
    """Return why what is written names no meter of a kind."""
    try:
        parse(written if isinstance(written, str) else "")
    except AdapterError as error:
        return error.message or str(error)
    return None


def with_overrides(plan: CollectPlan, environ: Mapping[str, str] | None = None) -> CollectPlan:
    """Return the plan with hosts and ports of the environment.

    METERLINE_SOURCE_<KEY>_HOST and METERLINE_SOURCE_<KEY>_PORT, the key in capitals with "_"
    for every other sign.

    Args:
        plan: The plan.
        environ: The environment; None means the process's own.

    Raises:
        PlanError: A port is no number.
    """
    environ = os.environ if environ is None else environ
    sources = []
    for source in plan.sources:
        name = "".join(sign if sign.isalnum() else "_" for sign in source.key).upper()
        host = environ.get(f"METERLINE_SOURCE_{name}_HOST", source.host)
        port = environ.get(f"METERLINE_SOURCE_{name}_PORT", str(source.port))
        if not port.isdecimal():
            raise PlanError([f"METERLINE_SOURCE_{name}_PORT must be a number, not {port!r}"])
        sources.append(replace(source, host=host, port=int(port)))
    return replace(plan, sources=tuple(sources))


def _meter(row: Mapping[str, Any]) -> MeterPlan:
    channels = tuple(ChannelPlan(**channel) for channel in row["channels"])
    return MeterPlan(**{**row, "channels": channels})


def _twice(what: str, keys: list[str]) -> list[str]:
    times = Counter(keys)
    return [f"{what} {key!r} stands twice" for key in sorted(times) if times[key] > 1]
