"""The first start: what is installed, when it is redone, and what a person is told."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from scripts import bootstrap
from scripts.bootstrap import BootstrapError, Environment

ROOT = Path(__file__).resolve().parents[2]
HASHES = {"run": "r1", "dev": "d1"}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Return the environment of an empty checkout whose path holds a space."""
    root = tmp_path / "a checkout"
    (root / ".venv" / "bin").mkdir(parents=True)
    for name in bootstrap.LOCKS.values():
        (root / name).write_text("one==1.0 \\\n    --hash=sha256:00\n", encoding="utf-8")
    return Environment(root=root)


def stamp(environment: Environment, profile: str, **changed: str) -> None:
    digest = bootstrap.lock_hash(environment.lock(profile))
    content = {"profile": profile, "hash": digest, "root": str(environment.root), **changed}
    environment.stamp.write_text(json.dumps(content), encoding="utf-8")
    environment.python.touch()


@pytest.mark.parametrize(
    ("installed", "digest", "wanted", "current"),
    [
        ("run", "r1", "run", True),
        ("run", "r1", "dev", False),
        ("dev", "d1", "run", True),
        ("dev", "d1", "dev", True),
        ("run", "r0", "run", False),
        ("dev", "d0", "run", False),
    ],
)
def test_the_dev_environment_serves_a_run_and_never_the_other_way(
    installed: str, digest: str, wanted: str, *, current: bool
) -> None:
    there = {"profile": installed, "hash": digest}
    assert bootstrap.is_current(there, HASHES, wanted) == current


def test_an_empty_stamp_serves_nothing() -> None:
    assert not bootstrap.is_current({}, HASHES, "run")


def test_the_dev_lock_holds_every_pin_of_the_run_lock() -> None:
    pins = {
        name: {
            row.split("\\")[0].strip()
            for row in (ROOT / name).read_text(encoding="utf-8").splitlines()
            if "==" in row and not row.startswith((" ", "#"))
        }
        for name in bootstrap.LOCKS.values()
    }
    assert len(pins["requirements.lock"]) > 20
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]


def test_a_stamped_environment_is_ready(environment: Environment) -> None:
    stamp(environment, "run")
    assert bootstrap.ready(environment, "run")


def test_a_changed_lock_is_installed_again(environment: Environment) -> None:
    stamp(environment, "run")
    environment.lock("run").write_text("one==1.1\n", encoding="utf-8")
    assert not bootstrap.ready(environment, "run")


def test_a_moved_checkout_is_installed_again(environment: Environment) -> None:
    stamp(environment, "run", root="/elsewhere")
    assert not bootstrap.ready(environment, "run")
    assert bootstrap.must_clear(environment, "uv")


def test_a_killed_installation_is_redone_from_nothing(environment: Environment) -> None:
    stamp(environment, "run")
    environment.marker.touch()
    assert not bootstrap.ready(environment, "run")
    assert bootstrap.must_clear(environment, "uv")


def test_a_linked_environment_of_another_checkout_keeps_its_stamp(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stamp = other / bootstrap.Environment(root=environment.root).stamp.name
    stamp.write_text('{"root": "/other"}', encoding="utf-8")
    if environment.folder.exists():
        environment.folder.rename(tmp_path / "away")
    environment.folder.symlink_to(other)
    monkeypatch.setattr(bootstrap, "_fill", lambda *_, **__: None)
    monkeypatch.setattr(bootstrap, "_write_stamp", lambda *_: None)
    monkeypatch.setattr(bootstrap, "make_command", lambda *_: ["true"])
    bootstrap.install(environment, "run", "uv")
    assert stamp.exists()
    assert not environment.folder.exists()


def test_a_damaged_stamp_counts_as_none(environment: Environment) -> None:
    environment.stamp.write_text("{", encoding="utf-8")
    assert bootstrap.read_stamp(environment) == {}
    environment.stamp.write_text("[1]", encoding="utf-8")
    assert bootstrap.read_stamp(environment) == {}


def test_a_lost_lock_file_is_named(environment: Environment) -> None:
    environment.lock("run").unlink()
    with pytest.raises(BootstrapError, match=r"requirements\.lock cannot be read"):
        bootstrap.ready(environment, "run")


@pytest.mark.parametrize(
    ("root_user", "command"),
    [
        (True, "  apt-get update && apt-get install -y python3.12-venv"),
        (False, "  sudo apt-get update && sudo apt-get install -y python3.12-venv"),
    ],
)
def test_a_python_without_venv_is_told_the_exact_command(*, root_user: bool, command: str) -> None:
    message = bootstrap.missing_venv_message((3, 12), root_user=root_user, apt=True)
    assert command in message.splitlines()


def test_every_installation_checks_hashes_and_takes_wheels_only(environment: Environment) -> None:
    for uv in (None, "/opt/uv"):
        command = bootstrap.install_command(environment, "dev", uv)
        assert "--require-hashes" in command
        assert command[command.index("--only-binary") + 1] == ":all:"
        assert command[-1].endswith("requirements-dev.lock")


def test_without_uv_an_environment_without_pip_is_made_afresh(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "works", lambda _python: True)
    monkeypatch.setattr(bootstrap, "has_pip", lambda _python: False)
    assert bootstrap.must_clear(environment, None)
    assert not bootstrap.must_clear(environment, "/opt/uv")


def test_the_program_finds_the_checkout_from_any_folder() -> None:
    variables = bootstrap.child_environment(Path("/a b"), {"PATH": "/bin", "PYTHONPATH": "/x"})
    assert variables == {
        "PATH": "/bin",
        "METERLINE_HOME": "/a b",
        "PYTHONPATH": "/a b",
        "PYTHONSAFEPATH": "1",
    }


def launch(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start scripts/up with an empty PATH but for the few programs that the launcher uses."""
    tools = tmp_path / "bin"
    tools.mkdir(exist_ok=True)
    for name in ("dirname", "id", "readlink", "apt-get"):
        place = next(
            (Path(folder, name) for folder in ("/usr/bin", "/bin") if Path(folder, name).exists()),
            Path("/bin/true"),
        )
        if not (tools / name).exists():
            (tools / name).symlink_to(place)
    return subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "up")],
        env={"PATH": str(tools), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_without_python_is_told_the_command_that_adds_it(tmp_path: Path) -> None:
    done = launch(tmp_path)
    assert done.returncode == 2
    assert "no Python 3.11 or newer on PATH" in done.stderr
    sudo = "" if os.geteuid() == 0 else "sudo "
    assert f"{sudo}apt-get install -y python3 python3-venv" in done.stderr


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "bin" / "python3"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    assert "no Python 3.11 or newer on PATH" in launch(tmp_path).stderr
    named = launch(tmp_path, METERLINE_PYTHON=str(old))
    assert named.returncode == 2
    assert f"METERLINE_PYTHON={old} is no Python 3.11 or newer" in named.stderr
