"""In: what a site file or a plan says of its sources. Out: every problem with them. Pure.

A source is a device, a gateway, a bus or a broker. What stands here is said once for both: the
site file that a person writes and the plan that a collector keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SERIAL_BUS = "modbus_rtu"
RTU_OVER_TCP = "modbus_rtu_over_tcp"
TLS = "modbus_tls"
MQTT = "mqtt"
MODBUS = ("modbus_tcp", RTU_OVER_TCP, SERIAL_BUS, "modbus_udp", TLS)
CHINESE = ("dlt645", "cjt188")
"""Tenant meters on a serial bus or behind a transparent gateway."""
MBUS = "mbus"
FRAMED = (*CHINESE, MBUS)
"""Kinds at a serial port or behind a transparent gateway, 2400 8E1 from the factory."""
OPCUA = "opcua"
BACNET = "bacnet"
SERVERS = (OPCUA, BACNET)
"""Servers that name the values of many meters; extras that are installed separately."""
SECURITY = ("none", "Basic256Sha256")
"""What a source of kind opcua may state; the second is SignAndEncrypt with certificates."""
FILE = "file"
"""Readings come in files (`readings import`, drop folder); no collector asks anybody."""
KINDS = (*MODBUS, *FRAMED, *SERVERS, MQTT, FILE)
ONE_QUESTION = (RTU_OVER_TCP, SERIAL_BUS, *FRAMED)
"""Kinds whose answers bear no number: one connection, and one source for one bus."""
LAST_PORT = 65_535
LEAST_BAUD = 300
"""[bit/s]"""
PARITIES = ("N", "E", "O")
TEXTS = (
    "host", "topic", "device", "parity", "authority", "certificate", "key_file", "mapping", "share",
    "path", "security", "user", "password_file",
)  # fmt: skip
LEAST: dict[str, int] = {
    "interval_s": 1,
    "timeout_ms": 1,
    "connections": 1,
    "baud": 0,
    "stop_bits": 1,
    "least_gap_ms": 0,
    "silent_s": 0,
    "receive_maximum": 1,
    "port": 0,
}
"""Whole numbers of a source and the least each may be."""
KEYS = frozenset({"key", "kind", *TEXTS, *LEAST})
_ONLY = {
    "authority": (TLS, MQTT, OPCUA),
    "certificate": (TLS, MQTT, OPCUA),
    "key_file": (TLS, MQTT, OPCUA),
    "path": (OPCUA,),
    "security": (OPCUA,),
    "user": (OPCUA,),
    "password_file": (OPCUA,),
    "topic": (MQTT,),
    "mapping": (MQTT,),
    "share": (MQTT,),
}


def factory_format(kind: str) -> tuple[int, str]:
    """Return speed [bit/s] and parity that devices of a kind have from the factory."""
    return (2400, "E") if kind in FRAMED else (9600, "N")


def source_problems(table: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with one source; each problem names the source and the next step.

    Args:
        table: Its keys as they stand in the file; absent ones have their defaults.
    """
    where = f"source {table.get('key')!r}"
    kind = table.get("kind")
    if kind not in KINDS:
        return [f"{where}: kind {kind!r} is unknown; use one of {', '.join(KINDS)}"]
    wrong = _wrong_values(table)
    problems = wrong or [*_reached(table, kind), *_serial_format(table), *_fitting(table, kind)]
    return [f"{where}: {problem}" for problem in problems]


def sources_problems(tables: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong between sources: one bus that stands in two of them."""
    seen: dict[str, str] = {}
    problems = []
    for table in tables:
        bus, key = _bus(table), str(table.get("key"))
        if bus is not None and seen.setdefault(bus, key) != key:
            problems.append(
                f"source {key!r}: {bus} is source {seen[bus]!r} already; one bus has one master: "
                "put the meters of both into one source"
            )
    return problems


def _bus(table: Mapping[str, Any]) -> str | None:
    if table.get("kind") not in ONE_QUESTION:
        return None
    if table.get("device"):
        return f"serial port {table['device']}"
    return f"gateway {table.get('host')}:{table.get('port')}" if table.get("host") else None


def _wrong_values(table: Mapping[str, Any]) -> list[str]:
    problems = [
        f"`{name}` = {table[name]!r} is no text"
        for name in TEXTS
        if name in table and not isinstance(table[name], str)
    ]
    for name, least in LEAST.items():
        value = table.get(name, least)
        if type(value) is not int or value < least:
            problems.append(f"`{name}` = {value!r} is no whole number from {least} on")
    return problems


def _reached(table: Mapping[str, Any], kind: str) -> list[str]:
    """Return problems with where it is: a serial port, or host and port."""
    if kind == FILE:
        given = [name for name in ("device", "host", "port") if table.get(name)]
        return [f"`{name}` is not for kind {FILE}: its readings are imported" for name in given]
    device, host, port = (table.get(name) for name in ("device", "host", "port"))
    if kind == SERIAL_BUS or (kind in FRAMED and device):
        if not device:
            return ["`device` is missing, e.g. /dev/ttyUSB0 or COM7"]
        if host or port:
            return [f"`host` and `port` do not go with the serial port {device}; leave them out"]
        return []
    problems = []
    if device:
        problems.append(f"`device` is for a serial port; kind {kind} has `host` and `port`")
    if not str(host or "").strip():
        either = " (or `device` for a serial port)" if kind in FRAMED else ""
        problems.append(f"`host` is missing{either}")
    if not port:
        problems.append("`port` is missing; write 1 to 65535")
    elif port > LAST_PORT:
        problems.append(f"`port` is above {LAST_PORT}")
    return problems


def _serial_format(table: Mapping[str, Any]) -> list[str]:
    problems = []
    if table.get("parity") and table["parity"] not in PARITIES:
        problems.append(f"`parity` = {table['parity']!r} is none of N, E, O")
    if table.get("stop_bits", 1) > 2:
        problems.append(f"`stop_bits` = {table['stop_bits']} is neither 1 nor 2")
    if 0 < table.get("baud", 0) < LEAST_BAUD:
        problems.append(f"`baud` = {table['baud']} is below {LEAST_BAUD}")
    return problems


def _fitting(table: Mapping[str, Any], kind: str) -> list[str]:
    problems = [
        f"`{name}` is for kind {' or '.join(kinds)} only"
        for name, kinds in _ONLY.items()
        if table.get(name) and kind not in kinds
    ]
    if kind == MQTT and not (table.get("topic") or table.get("mapping")):
        problems.append("`topic` is missing (or `mapping`, which brings its own)")
    if kind in ONE_QUESTION and table.get("connections", 1) > 1:
        problems.append("`connections` must be 1: answers on this bus bear no number of theirs")
    if table.get("key_file") and not table.get("certificate"):
        problems.append("`key_file` without `certificate`; name the certificate's file too")
    return [*problems, *_secured(table)] if kind == OPCUA else problems


def _secured(table: Mapping[str, Any]) -> list[str]:
    """Return problems with how an OPC UA server is trusted, and how it knows the collector."""
    none, signed = SECURITY
    security = table.get("security") or none
    if security not in SECURITY:
        return [f"`security` = {security!r} is none of {', '.join(SECURITY)}"]
    if security == signed:
        needed = [name for name in ("authority", "certificate", "key_file") if not table.get(name)]
        problems = [f"`{name}` is missing: {signed} has certificates on both sides"
                    for name in needed]  # fmt: skip
    else:
        given = ("authority", "certificate", "key_file", "user", "password_file")
        problems = [f'`{name}` needs `security` = "{signed}": without it nothing is encrypted'
                    for name in given if table.get(name)]  # fmt: skip
    if bool(table.get("user")) != bool(table.get("password_file")):
        problems.append("`user` and `password_file` go together")
    return problems
