"""One zip brings the technician's verbs to a laptop: no network, no administrator, no database."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from uuid import UUID

import pytest

from processes.laptop_file import FileKind, write_value
from processes.laptop_home import LaptopHome
from processes.laptop_modules import laptop_modules
from processes.laptop_pack import pack_fields
from processes.laptop_pack_make import make_pack
from processes.laptop_sync import take_bundle
from processes.laptop_zip import ZipError, laptop_wheel, make_zip
from tests.fixtures.field import Field

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_the_wheel_holds_the_laptop_s_modules_with_their_texts_and_nothing_of_the_server() -> None:
    name, content = laptop_wheel()
    assert name.endswith("-py3-none-any.whl")
    assert laptop_wheel() == (name, content)
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        members = set(wheel.namelist())
        record = next(each for each in members if each.endswith("/RECORD"))
        rows = list(csv.reader(wheel.read(record).decode().splitlines()))
    assert {row[0] for row in rows} == members
    assert {each for each in members if each.endswith(".py")} == {
        _member(module, members) for module in laptop_modules()
    }
    for text in (
        "energy/base/text/catalogue/laptop.toml",
        "adapters/modbus/maps/abb_b23_b24.toml",
        "adapters/mqtt/presets/pulses.toml",
    ):
        assert text in members
    assert not [each for each in members if each.endswith(".sql") or each.startswith("dashboards")]


def test_the_start_files_are_of_their_system(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "pip-26.3-py3-none-any.whl").write_bytes(b"PK")
    made = make_zip(tmp_path / "laptop.zip", wheels=wheels)
    with zipfile.ZipFile(made.file) as found:
        cmd, shell = found.read("start.cmd"), found.read("start.sh")
        mode = found.getinfo("start.sh").external_attr >> 16
    assert cmd.count(b"\n") == cmd.count(b"\r\n") > 20
    assert b"\r" not in shell
    assert shell.startswith(b"#!/bin/sh\n")
    assert mode & 0o111
    assert b"--no-index" in cmd
    assert b"--no-index" in shell


def test_a_folder_without_wheels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ZipError, match="holds no wheel"):
        make_zip(tmp_path / "laptop.zip", wheels=tmp_path)
    with pytest.raises(ZipError, match="There are: windows, linux"):
        make_zip(tmp_path / "laptop.zip", platforms=["beos"])


@pytest.mark.slow
@pytest.mark.servers
def test_an_unpacked_zip_installs_without_network_and_its_work_reaches_the_journal(
    field: Field, port: int, tmp_path: Path
) -> None:
    made = make_zip(tmp_path / "laptop.zip", pythons=[PYTHON], platforms=["linux"])
    with zipfile.ZipFile(made.file) as packed:
        packed.extractall(tmp_path / "unpacked")
    start, home = tmp_path / "unpacked" / "start.sh", tmp_path / "unpacked" / "laptop"
    start.chmod(0o755)
    first = _run(start, "field", "ports", alone=True)
    assert first.returncode == 0, first.stderr
    pack = tmp_path / "site.pack"
    write_value(pack, FileKind.PACK, pack_fields(make_pack(field.desk(port), made_for="Li Wei")))
    assert _run(start, "field", "unpack", str(pack)).returncode in {0, 1}  # the clock is doubted
    _run(start, "field", "time", "--is-right")
    bus = ["--source", "modbus-1", "--unit"]
    scanned = _run(start, "field", "scan", "--source", "modbus-1", "--units", "2-3")
    assert scanned.returncode == 0, scanned.stderr
    probed = _run(start, "field", "probe", *bus, "2")
    assert probed.returncode in {0, 1}, probed.stderr
    told = _run(
        start,
        *("field", "commission", "--point", "b2-elec", "--name", "Building 2", "--place", "b2"),
        *("--utility", "electricity", *bus, "2", "--profile", field.meters[2].profile),
        *("--serial", "S-2", "--display", field.display(2), "--side", "secondary"),
        *("--watch", "0", "--technician", "Li Wei"),
    )
    assert told.returncode == 0, told.stdout + told.stderr
    bundle = tmp_path / "work.bundle"
    assert _run(start, "field", "sync", "--out", str(bundle)).returncode == 0
    laptop = LaptopHome(home)
    field.site.clock.move_to(laptop.commands()[0].at)
    laptop.close()
    done = take_bundle(field.desk(port), bundle)
    assert (done.applied, done.review) == (1, ())
    position = field.position()
    assert field.meter().serial == "S-2"
    assert take_bundle(field.desk(port), bundle).repeated == 1
    assert field.position() == position
    assert isinstance(done.receipt.laptop, UUID)


def _member(module: str, members: set[str]) -> str:
    path = module.replace(".", "/")
    return f"{path}.py" if f"{path}.py" in members else f"{path}/__init__.py"


def _run(start: Path, *words: str, alone: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the program with an empty environment; alone means without any network at all."""
    can = alone and subprocess.run(["unshare", "-rn", "true"], check=False).returncode == 0
    return subprocess.run(
        [*(["unshare", "-rn"] if can else []), str(start), *words],
        cwd=start.parent,
        env={"PATH": os.defpath + os.pathsep + str(Path(sys.executable).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
