"""In: what a data directory plays. Out: the same, kept in its file; the ports of its sources. I/O.

The file is written once and read by every command that wants to reach the simulated meters.
"""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from energy.base.errors import RefusedError

PLAY_SPEC = "play.spec.json"
"""File that keeps what a data directory plays."""
CAMBRIDGE, AIRPORT = "cambridge", "airport"
_BLOCKS_TRIED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySpec:
    """What the simulator plays; fixed for a data directory."""

    first: str
    """First slot, ISO."""
    last: str
    """Last slot, ISO."""
    slot_s: int
    shift_weeks: int
    then_live: bool
    modbus_port: int
    """Port of the first Modbus gateway; the others follow."""
    mqtt_port: int
    site: str = CAMBRIDGE
    meters: int = 0
    """Metering points of a generated site."""
    seed: int = 1
    faults: str = "none"
    interval_s: int = 60
    """How often the gateways of a generated site are polled. [s]"""
    gateways: int = 1

    @staticmethod
    def load(path: Path) -> PlaySpec | None:
        """Return what was first chosen for a data directory, or None."""
        if not path.exists():
            return None
        return PlaySpec(**json.loads(path.read_text()))

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), indent=1))
        fresh.replace(path)

    @property
    def kind(self) -> tuple[str, int, int, str, int]:
        """Return what of it a data directory cannot change any more."""
        return self.site, self.meters, self.seed, self.faults, self.interval_s

    def source_ports(self) -> dict[str, str]:
        """Return the environment that says where each source of the site listens."""
        return _source_ports(self.site, self.gateways, self.modbus_port, self.mqtt_port)


def ports_played(directory: Path) -> dict[str, str]:
    """Return the environment that reaches the meters of a directory; empty when none play in it.

    Only the ports are asked for: a file of an older or newer version tells them too.
    """
    try:
        kept = json.loads((directory / PLAY_SPEC).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    site, gateways = kept.get("site", CAMBRIDGE), kept.get("gateways", 1)
    return _source_ports(site, gateways, kept["modbus_port"], kept["mqtt_port"])


def _source_ports(site: str, gateways: int, modbus_port: int, mqtt_port: int) -> dict[str, str]:
    if site == CAMBRIDGE:
        modbus, pushed = ["MODBUS_1"], ["PULSES_1"]
    else:
        modbus = [f"GATEWAY_{number + 1:03d}" for number in range(gateways)]
        pushed = ["PULSES_1", "SENSORS_1"]
    ports = {name: modbus_port + number for number, name in enumerate(modbus)}
    ports |= dict.fromkeys(pushed, mqtt_port)
    return {f"METERLINE_SOURCE_{name}_PORT": str(port) for name, port in ports.items()}


def require_same(play: PlaySpec, path: Path) -> None:
    """Refuse to play another site in a data directory that has one.

    Args:
        play: What is wished.
        path: The directory's play.spec.json; it need not be there yet.

    Raises:
        RefusedError: The directory holds another site, or the same with other meters.
    """
    kept = PlaySpec.load(path)
    if kept is not None and kept.kind != play.kind:
        raise RefusedError(
            f"{path.parent} holds the site {kept.site!r} (meters {kept.meters or 28}, faults "
            f"{kept.faults}, interval {kept.interval_s} s). Start with the same options, name "
            "another --data-dir, or remove the folder."
        )


def free_port(wanted: int) -> int:
    """Return a port nobody listens on: the wanted one, else any."""
    return free_block(wanted, 1)


def free_block(wanted: int, count: int) -> int:
    """Return the first of some ports in a row on which nobody listens.

    Args:
        wanted: Where to look first; 0 takes any.
        count: How many.
    """
    for _ in range(_BLOCKS_TRIED):
        first = _bound(wanted)
        if first and all(_bound(first + number) for number in range(1, count)):
            return first
        wanted = 0
    raise AssertionError("the system always has free ports")


def _bound(port: int) -> int:
    """Return the port that could be bound, 0 when none was."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return 0
        return int(probe.getsockname()[1])


def with_free_ports(play: PlaySpec, path: Path) -> PlaySpec:
    """Return the play first chosen for a directory, with ports that are free now."""
    kept = PlaySpec.load(path) or play
    chosen = replace(
        kept,
        modbus_port=free_block(kept.modbus_port, kept.gateways),
        mqtt_port=free_port(kept.mqtt_port),
    )
    chosen.save(path)
    return chosen
