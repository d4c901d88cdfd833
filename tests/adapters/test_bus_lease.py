from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.bus_lease import BusHeldError, BusLease

HOLD = """
import sys, pathlib
from adapters.bus_lease import BusLease
BusLease("/dev/ttyUSB0", "east/0", folder=pathlib.Path(sys.argv[1])).take()
print("held", flush=True)
sys.stdin.read()
"""


def lease(folder: Path, holder: str = "west/0", *, shared: bool = False) -> BusLease:
    return BusLease("/dev/ttyUSB0", holder, shared=shared, folder=folder)


def test_a_bus_has_one_holder_in_a_process_and_the_error_names_it(tmp_path: Path) -> None:
    first, second = lease(tmp_path, "east/0"), lease(tmp_path, "west/0")
    first.take()
    first.take()
    with pytest.raises(BusHeldError, match=r"/dev/ttyUSB0 is held by east/0 of this process"):
        second.take()
    first.release()
    first.release()
    second.take()
    second.release()


def test_two_holders_of_one_name_do_not_share_a_bus_unless_they_say_so(tmp_path: Path) -> None:
    first, second = lease(tmp_path), lease(tmp_path)
    first.take()
    with pytest.raises(BusHeldError):
        second.take()
    first.release()
    sharing = [lease(tmp_path, name, shared=True) for name in ("a/0", "a/1", "b/0")]
    for each in sharing:
        each.take()
    with pytest.raises(BusHeldError):
        first.take()
    for each in sharing[:2]:
        each.release()
    with pytest.raises(BusHeldError):
        first.take()
    sharing[2].release()
    first.take()
    first.release()


def test_different_buses_do_not_disturb_each_other(tmp_path: Path) -> None:
    buses = ("COM1", "COM2", "a:1", "a-1")
    leases = [BusLease(name, "c", folder=tmp_path) for name in buses]
    for each in leases:
        each.take()
    for name in buses:
        with pytest.raises(BusHeldError):
            BusLease(name, "d", folder=tmp_path).take()
    for each in leases:
        each.release()


def test_another_process_holds_it_until_it_dies_however_it_dies(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdin is not None
    assert other.stdout is not None
    try:
        assert other.stdout.readline() == b"held\n"
        ours = lease(tmp_path)
        with pytest.raises(
            BusHeldError, match=rf"held by east/0 of process {other.pid} \("
        ) as told:
            ours.take()
        assert told.value.code == "bus.held"
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        ours.take()
        ours.release()
    finally:
        other.kill()
        other.wait()
        other.stdin.close()
        other.stdout.close()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    wall = tmp_path / "wall"
    wall.write_text("no folder", "utf-8")
    with pytest.raises(BusHeldError, match=r"nobody can tell .* writable"):
        lease(wall / "leases").take()
