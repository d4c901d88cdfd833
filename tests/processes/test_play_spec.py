"""What a data directory plays is kept, found again, and never another site's."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from energy.base.errors import RefusedError
from processes.play_spec import (
    PLAY_SPEC,
    PlaySpec,
    free_block,
    free_port,
    ports_played,
    require_same,
    with_free_ports,
)

CAMPUS = PlaySpec(
    first="2019-01-01T00:00:00+00:00",
    last="2019-01-02T00:00:00+00:00",
    slot_s=900,
    shift_weeks=0,
    then_live=False,
    modbus_port=15020,
    mqtt_port=18830,
)
AIRPORT = replace(CAMPUS, site="airport", meters=300, gateways=3, modbus_port=15100)


def test_a_play_is_kept_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / PLAY_SPEC
    assert PlaySpec.load(file) is None
    AIRPORT.save(file)
    assert PlaySpec.load(file) == AIRPORT


def test_a_file_from_before_there_was_an_airport_is_the_campus(tmp_path: Path) -> None:
    old = {
        name: value
        for name, value in asdict(CAMPUS).items()
        if name not in {"site", "meters", "seed", "faults", "interval_s", "gateways"}
    }
    (tmp_path / PLAY_SPEC).write_text(json.dumps(old))
    assert PlaySpec.load(tmp_path / PLAY_SPEC) == CAMPUS


def test_every_source_of_a_site_finds_its_port() -> None:
    assert CAMPUS.source_ports() == {
        "METERLINE_SOURCE_MODBUS_1_PORT": "15020",
        "METERLINE_SOURCE_PULSES_1_PORT": "18830",
    }
    assert AIRPORT.source_ports() == {
        "METERLINE_SOURCE_GATEWAY_001_PORT": "15100",
        "METERLINE_SOURCE_GATEWAY_002_PORT": "15101",
        "METERLINE_SOURCE_GATEWAY_003_PORT": "15102",
        "METERLINE_SOURCE_PULSES_1_PORT": "18830",
        "METERLINE_SOURCE_SENSORS_1_PORT": "18830",
    }


def test_a_command_finds_the_ports_of_what_plays_in_a_directory(tmp_path: Path) -> None:
    assert ports_played(tmp_path) == {}
    AIRPORT.save(tmp_path / PLAY_SPEC)
    assert ports_played(tmp_path) == AIRPORT.source_ports()


def test_ports_in_a_row_leave_out_a_taken_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        assert free_port(port) != port
        first = free_block(port - 1, 3)
        assert port not in range(first, first + 3)


def test_a_directory_keeps_its_play_and_gets_free_ports(tmp_path: Path) -> None:
    chosen = with_free_ports(AIRPORT, tmp_path / PLAY_SPEC)
    again = with_free_ports(replace(AIRPORT, first="later"), tmp_path / PLAY_SPEC)
    assert again.first == chosen.first == AIRPORT.first


def test_another_site_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / PLAY_SPEC
    require_same(AIRPORT, file)
    AIRPORT.save(file)
    require_same(replace(AIRPORT, first="later"), file)
    for other in (CAMPUS, replace(AIRPORT, meters=500), replace(AIRPORT, faults="many")):
        with pytest.raises(RefusedError, match="holds the site 'airport'"):
            require_same(other, file)
