"""Ports are shown by name, and those with nothing behind them are not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters import serial_ports as ports


def test_a_port_without_a_chip_is_no_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"/dev/ttyS{n}" for n in range(3)] + ["/dev/ttyUSB10", "/dev/ttyUSB9", "COM3"]
    for name, kind in (("ttyS0", "4\n"), ("ttyS1", "0\n"), ("ttyS2", "0\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "type").write_text(kind)
    (tmp_path / "ttyUSB9").mkdir()  # adapters tell no type
    found = [
        SimpleNamespace(device=name, description="n/a", manufacturer=None, serial_number=None)
        for name in names
    ]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: found)
    monkeypatch.setattr(ports, "SYSTEM", tmp_path)
    listed = [port.device for port in ports.serial_ports()]
    assert listed == ["COM3", "/dev/ttyS0", "/dev/ttyUSB9", "/dev/ttyUSB10"]
    assert ports.ports_text() == "COM3, /dev/ttyS0, /dev/ttyUSB9, /dev/ttyUSB10"
