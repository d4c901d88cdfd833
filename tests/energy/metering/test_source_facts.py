from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.modbus.link import LinkKind
from energy.metering.source_facts import (
    CHINESE,
    KEYS,
    KINDS,
    MODBUS,
    SERVERS,
    factory_format,
    source_problems,
    sources_problems,
)

TCP = {"key": "m", "kind": "modbus_tcp", "host": "10.8.1.20", "port": 502}
BUS = {"key": "b", "kind": "modbus_rtu", "device": "/dev/ttyUSB0"}
GATEWAY = {"key": "g", "kind": "modbus_rtu_over_tcp", "host": "10.8.1.21", "port": 4001}
TLS = {"key": "t", "kind": "modbus_tls", "host": "meter", "port": 802}
OPCUA = {"key": "o", "kind": "opcua", "host": "10.8.4.10", "port": 4840}
TRUST = {"authority": "a.pem", "certificate": "me.pem", "key_file": "me.key"}
SIGNED = {**OPCUA, "security": "Basic256Sha256", **TRUST}
TENANTS = {"key": "c", "kind": "dlt645", "device": "COM3"}


def test_the_kinds_of_modbus_are_those_of_the_links() -> None:
    assert set(MODBUS) == set(LinkKind)
    assert set(KINDS) == {*LinkKind, *CHINESE, *SERVERS, "mbus", "mqtt", "file"}


@pytest.mark.parametrize(
    "table",
    [
        TCP,
        {**TCP, "kind": "modbus_udp", "connections": 4},
        BUS,
        {**BUS, "baud": 19200, "parity": "E", "stop_bits": 2, "least_gap_ms": 20},
        GATEWAY,
        TLS,
        {**TLS, "authority": "ca.pem", "certificate": "me.pem", "key_file": "me.key"},
        TENANTS,
        {**TENANTS, "device": "", "host": "10.8.3.41", "port": 4001},
        {**TENANTS, "kind": "mbus"},
        {**OPCUA, "path": "/meters", "security": "none"},
        {**SIGNED, "user": "me", "password_file": "me.password"},
        {**OPCUA, "kind": "bacnet", "port": 47_808, "connections": 4},
        {**TENANTS, "kind": "mbus", "device": "", "host": "10.8.3.41", "port": 4001},
    ],
    ids=lambda table: str(table["kind"]),
)
def test_a_sound_source_has_no_problem(table: dict[str, Any]) -> None:
    assert source_problems(table) == []
    assert sources_problems([table, {**TCP, "key": "other"}]) == []


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({**OPCUA, "security": "Basic128"}, "none of none, Basic256Sha256"),
        ({**SIGNED, "authority": ""}, "`authority` is missing"),
        ({**OPCUA, **TRUST}, '`authority` needs `security` = "Basic256Sha256"'),
        ({**OPCUA, "user": "me", "password_file": "p"}, "`user` needs `security`"),
        ({**SIGNED, "user": "me"}, "`user` and `password_file` go together"),
        ({**OPCUA, "kind": "bacnet", "security": "none"}, "`security` is for kind opcua only"),
        ({**OPCUA, "kind": "bacnet", "device": "/dev/ttyUSB0"}, "`device` is for a serial port"),
        ({**TCP, "kind": "smoke"}, "kind 'smoke' is unknown; use one of modbus_tcp"),
        ({**TCP, "host": ""}, "`host` is missing"),
        ({**TCP, "port": 0}, "`port` is missing; write 1 to 65535"),
        ({**TCP, "port": 70000}, "`port` is above 65535"),
        ({**TCP, "port": "502"}, "`port` = '502' is no whole number"),
        ({**TCP, "host": 5}, "`host` = 5 is no text"),
        ({**TCP, "device": "COM3"}, "`device` is for a serial port"),
        ({**TCP, "timeout_ms": 0}, "`timeout_ms` = 0 is no whole number from 1 on"),
        (
            {**TCP, "certificate": "me.pem"},
            "`certificate` is for kind modbus_tls or mqtt or opcua only",
        ),
        ({**TCP, "topic": "a/+"}, "`topic` is for kind mqtt only"),
        ({**BUS, "device": ""}, "`device` is missing, e.g. /dev/ttyUSB0 or COM7"),
        ({**BUS, "host": "10.8.1.20"}, "do not go with the serial port /dev/ttyUSB0"),
        ({**BUS, "connections": 2}, "`connections` must be 1: answers on this bus"),
        ({**BUS, "parity": "even"}, "`parity` = 'even' is none of N, E, O"),
        ({**BUS, "stop_bits": 3}, "`stop_bits` = 3 is neither 1 nor 2"),
        ({**BUS, "baud": 96}, "`baud` = 96 is below 300"),
        ({**GATEWAY, "connections": 2}, "`connections` must be 1"),
        ({**TLS, "key_file": "me.key"}, "`key_file` without `certificate`"),
        ({**TENANTS, "device": ""}, "`host` is missing (or `device` for a serial port)"),
        ({**TENANTS, "host": "10.8.3.41"}, "do not go with the serial port COM3"),
    ],
)
def test_a_source_that_cannot_be_is_named_with_its_problem(
    table: dict[str, Any], problem: str
) -> None:
    told = source_problems(table)
    assert any(problem in row and repr(table["key"]) in row for row in told), told


@pytest.mark.parametrize("table", [BUS, GATEWAY, TENANTS], ids=lambda table: str(table["kind"]))
def test_one_bus_stands_in_one_source(table: dict[str, Any]) -> None:
    (told,) = sources_problems([TCP, table, {**table, "key": "twin"}])
    assert told.startswith("source 'twin': ")
    assert f"is source {table['key']!r} already; one bus has one master" in told


def test_two_sources_may_share_a_gateway_that_numbers_its_answers() -> None:
    assert sources_problems([TCP, {**TCP, "key": "slow"}]) == []


def test_every_key_and_kind_of_a_source_stands_in_the_page_of_the_site_file() -> None:
    page = (Path(__file__).parents[3] / "docs/site-file.md").read_text("utf-8")
    part = page.partition("## [[source]]")[2].partition("## [[meter]]")[0]
    assert [word for word in (*KEYS, *KINDS) if f"`{word}`" not in part] == []


def test_tenant_meters_leave_the_factory_with_2400_8e1() -> None:
    assert factory_format("dlt645") == factory_format("cjt188") == (2400, "E")
    assert factory_format("modbus_rtu") == (9600, "N")
