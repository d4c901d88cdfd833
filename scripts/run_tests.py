"""In: fast, slow, all, nothing, or pytest's arguments. Out: pytest's own run and summary. I/O."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARKERS = ("servers", "browser", "slow", "timescale", "citus", "timing")
FAST = " and ".join(f"not {name}" for name in MARKERS)
SELECTIONS: dict[str, list[str]] = {
    "fast": ["-m", FAST, "-p", "no:anyio", "-p", "no:xdist", "-p", "no:logging"],
    "slow": ["-m", "slow or hypothesis"],  # properties too, on hundreds of examples each
    "all": [],
}
MEMORY, MEMORY_ROWS = Path("/dev/shm"), Path("/proc/meminfo")  # noqa: S108 - a folder of tests
ROOM = 8 * 2**30
"""Least free memory for it: some runs keep dozens of databases for a while. [byte]"""
EVERYDAY = ["-m", "not slow", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
"""Three workers on two cores: tests of servers wait for a third of their time.

In the order of tests/spread.py: by default files of few tests come last, and those take longest."""
_FIRST = ("tests/adapters", "tests/billing/rating", "tests/energy")
FAST_HALVES = ([*_FIRST], ["tests", *(f"--ignore={folder}" for folder in _FIRST)])
"""What the two processes of the fast set run: as long each."""
PLAIN = {"-q", "-v", "-x"}
"""What may be said to both of them; with anything else the fast set is one process."""


def _cjk_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    done = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(done.stdout.strip())


def _program(*names: str) -> Callable[[], bool]:
    def found() -> bool:
        return any(shutil.which(name, path=_search_path()) for name in names)

    return found


def _search_path() -> str:
    return os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


SYSTEM_PACKAGES: dict[str, Callable[[], bool]] = {
    "mosquitto": _program("mosquitto"),
    "mbpoll": _program("mbpoll"),
    "chromium": _program("chromium", "chromium-browser", "google-chrome"),
    "fonts-noto-cjk": _cjk_font,
    "poppler-utils": _program("pdftotext"),
    "util-linux": _program("unshare"),
}
"""Debian package to a check that what the tests use of it is there."""


def missing_packages() -> list[str]:
    """Return the Debian packages that the tests use and the machine lacks."""
    return [package for package, there in SYSTEM_PACKAGES.items() if not there()]


def apt_command(packages: Sequence[str], *, root_user: bool) -> str:
    """Return the exact command that adds Debian packages."""
    sudo = "" if root_user else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y {' '.join(packages)}"


def pytest_arguments(arguments: Sequence[str]) -> list[str]:
    """Return pytest's arguments for the words given to scripts/test.

    Args:
        arguments: A selection word first or not at all, then anything that pytest takes.
    """
    if arguments and arguments[0] in SELECTIONS:
        return [*SELECTIONS[arguments[0]], *arguments[1:]]
    chosen = any(word == "-m" or word.startswith("-m=") for word in arguments)
    return [*([] if chosen else EVERYDAY), *arguments]


def runs_of(arguments: Sequence[str]) -> list[list[str]]:
    """Return pytest's arguments for each of the processes that run at once.

    Args:
        arguments: The words given to scripts/test.
    """
    chosen = pytest_arguments(arguments)
    if arguments[:1] == ["fast"] and PLAIN.issuperset(arguments[1:]):
        return [[*chosen, *half] for half in FAST_HALVES]
    return [chosen]


def run_at_once(rows: Sequence[Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run programs side by side; show the first as it runs, the others when they have ended.

    Args:
        rows: Each program and its arguments.
        environment: Of all of them.

    Returns:
        The exit code of the first that failed, else 0.
    """
    first, *others = ([*row] for row in rows)
    with ExitStack() as ended:
        started = []
        for row in others:
            told = ended.enter_context(tempfile.TemporaryFile())
            other = subprocess.Popen(row, cwd=ROOT, env=environment, stdout=told, stderr=told)
            started.append((ended.enter_context(other), told))
        codes = [subprocess.run(first, cwd=ROOT, env=environment, check=False).returncode]
        for other, told in started:
            codes.append(other.wait())
            told.seek(0)
            print(told.read().decode(errors="replace"), end="", flush=True)
    return next((code for code in codes if code), 0)


def environment_of(arguments: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of pytest and of every program that a test starts.

    Args:
        arguments: The words given to scripts/test.
        given: The environment of this process.
    """
    # Hundreds of programs start in a run; a machine that forbids Python to keep what it compiled
    # (containers often do) would compile all of Meterline for each of them.
    kept = {name: value for name, value in given.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if arguments[:1] not in (["slow"], ["all"]) and "TMPDIR" not in kept and has_room(MEMORY):
        kept["TMPDIR"] = str(MEMORY)  # databases of the tests live seconds: no disk need keep them
    if arguments and arguments[0] in {"fast", "slow"}:
        kept["METERLINE_TEST_SET"] = arguments[0]
    return kept


def has_room(folder: Path) -> bool:
    """Return whether the databases of a run find room in a folder in memory.

    Args:
        folder: Where it may be.
    """
    try:
        free = _free(folder)
        rows = dict(row.split(":", 1) for row in MEMORY_ROWS.read_text().splitlines())
        available = int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return False
    return min(free, available) >= ROOM


def _free(folder: Path) -> int:
    """Return the room of a folder; none where programs may not run. [byte]."""
    disk = os.statvfs(folder)
    return 0 if disk.f_flag & os.ST_NOEXEC else disk.f_bavail * disk.f_frsize


def main(arguments: Sequence[str]) -> int:
    """Name what is missing, then run pytest in the checkout."""
    missing = [] if "fast" in arguments[:1] else missing_packages()
    if missing:
        command = apt_command(missing, root_user=os.geteuid() == 0)
        print(f"Missing, so tests will skip: {', '.join(missing)}. To add:\n  {command}")
        sys.stdout.flush()
    rows = [[sys.executable, "-m", "pytest", *run] for run in runs_of(arguments)]
    return run_at_once(rows, environment_of(arguments, os.environ))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
