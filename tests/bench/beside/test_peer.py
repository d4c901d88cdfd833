"""The peer's environment: what is missing is named, with the command that mends it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.beside.peer import PeerError, install, python_of

ROOT = Path(__file__).resolve().parents[3]


def interpreter(folder: Path, text: str) -> Path:
    """Put a program where an environment has its interpreter."""
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!{sys.executable}\n{text}\n", encoding="utf-8")
    python.chmod(0o755)
    return python


def test_folder_without_an_environment_is_refused_with_the_command_that_makes_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(PeerError, match=f"scripts/bench beside --peer {tmp_path} --install"):
        python_of(tmp_path)


def test_environment_without_the_peer_is_refused(tmp_path: Path) -> None:
    interpreter(tmp_path, "raise SystemExit(1)")
    with pytest.raises(PeerError, match="is not installed in"):
        python_of(tmp_path)


def test_another_version_is_refused_because_the_figures_would_be_of_that_one(
    tmp_path: Path,
) -> None:
    interpreter(tmp_path, "print('0.1.0')")
    with pytest.raises(PeerError, match=r"holds BEMServer-core 0\.1\.0, compared is 0\.22\.0"):
        python_of(tmp_path)


def test_environment_of_the_compared_version_is_taken(tmp_path: Path) -> None:
    python = interpreter(tmp_path, "print('0.22.0')")
    assert python_of(tmp_path) == python


def test_peer_is_never_installed_into_the_project() -> None:
    with pytest.raises(PeerError, match="outside it"):
        install(ROOT / "peer")
    assert not (ROOT / "peer").exists()
