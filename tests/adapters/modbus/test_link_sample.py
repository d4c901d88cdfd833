from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from energy.metering.source_facts import source_problems

SAMPLE = Path(__file__).parents[3] / "adapters/modbus/sample.toml"


def test_each_way_to_a_device_in_the_sample_is_a_sound_source() -> None:
    text = SAMPLE.read_text("utf-8")
    source: dict[str, Any] = tomllib.loads(text)["source"][0]
    assert source_problems(source) == []
    ways: list[dict[str, Any]] = []
    for row in text.splitlines():
        if row.startswith("## "):
            added = tomllib.loads(row.removeprefix("## "))
            if "kind" in added:
                ways.append(dict(source))
            ways[-1] |= added
    for way in ways:
        if "device" in way:
            del way["host"], way["port"]
        assert source_problems(way) == []
    assert [way["kind"] for way in ways] == ["modbus_rtu_over_tcp", "modbus_rtu", "modbus_tls"]
