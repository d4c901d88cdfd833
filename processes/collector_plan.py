"""In: what the registry says of sources, meters, channels. Out: one plan, a value. I/O: a file.

The plan is cached as JSON, so that a collector whose database is down, or a laptop in a plant
room, starts all the same. It is checked whole: every problem is listed at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from energy.base.errors import ConfigError

FORMAT = 1
MODBUS_TCP = "modbus_tcp"
MQTT = "mqtt"


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
    """Where readings come from: a Modbus TCP gateway or a broker."""

    key: str
    kind: str
    """"modbus_tcp" or "mqtt"."""
    host: str
    port: int
    interval_s: int = 60
    """Seconds between two slots of a polled source. [s]"""
    timeout_ms: int = 1000
    """Longest wait for one answer of a polled source. [ms]"""
    connections: int = 1
    """Connections to a polled source at the same time."""
    topic: str = ""
    """Topic filter of a broker, with one "+" for the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """Which channel of the site a quantity of a meter is."""

    number: int
    quantity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterPlan:
    """One meter: where it hangs and which channels it serves."""

    point: str
    source: str
    profile: str
    address: Mapping[str, int | str]
    """{"unit": 2} behind Modbus, {"device": "cam-b2-gas"} behind a broker."""
    channels: tuple[ChannelPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectPlan:
    """Everything a collector needs to know of its site."""

    site: str
    sources: tuple[SourcePlan, ...]
    meters: tuple[MeterPlan, ...]

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
            return CollectPlan(
                site=fields["site"],
                sources=tuple(SourcePlan(**row) for row in fields["sources"]),
                meters=tuple(_meter(row) for row in fields["meters"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise PlanError([f"{path} holds no plan: {error!r}"]) from error

    def _source_problems(self) -> list[str]:
        problems = _twice("source", [source.key for source in self.sources])
        for source in self.sources:
            where = f"source {source.key!r}"
            if source.kind not in {MODBUS_TCP, MQTT}:
                problems.append(f"{where}: kind must be {MODBUS_TCP!r} or {MQTT!r}")
            if not 1 <= source.port <= 65535:
                problems.append(f"{where}: port must be 1 to 65535")
            if source.interval_s < 1 or source.timeout_ms < 1 or source.connections < 1:
                problems.append(f"{where}: interval_s, timeout_ms, connections must be 1 or more")
            if source.kind == MQTT and not source.topic:
                problems.append(f"{where}: topic is missing")
        return problems

    def _meter_problems(self) -> list[str]:
        kinds = {source.key: source.kind for source in self.sources}
        problems = _twice("point", [meter.point for meter in self.meters])
        numbers = [channel.number for meter in self.meters for channel in meter.channels]
        problems += _twice("channel", [str(number) for number in numbers])
        addresses = []
        for meter in self.meters:
            where = f"meter {meter.point!r}"
            unit, device = meter.address.get("unit"), meter.address.get("device")
            match kinds.get(meter.source):
                case None:
                    problems.append(f"{where}: there is no source {meter.source!r}")
                case "modbus_tcp":
                    if type(unit) is not int or not 1 <= unit <= 255:
                        problems.append(f"{where}: address needs unit = 1 to 255")
                    addresses.append(f"{meter.source}, unit {unit}")
                case _:
                    if not isinstance(device, str) or len(meter.channels) != 1:
                        problems.append(f"{where}: needs a device in its address and one channel")
                    addresses.append(f"{meter.source}, device {device}")
            if not meter.channels:
                problems.append(f"{where}: has no channel")
        return problems + _twice("address", addresses)


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


def _meter(row: dict[str, Any]) -> MeterPlan:
    channels = tuple(ChannelPlan(**channel) for channel in row.pop("channels"))
    return MeterPlan(channels=channels, **row)


def _twice(what: str, keys: list[str]) -> list[str]:
    return [
        f"{what} {key!r} stands twice" for key in sorted({k for k in keys if keys.count(k) > 1})
    ]
