"""In: this program and its lock file. Out: one zip for laptops on Windows and Linux. I/O.

The zip holds a wheel of the laptop's part alone, every wheel that it needs for each platform and
Python, and a start file each for Windows and Linux that installs from these wheels: no network, no
administrator. Fetching wheels needs the network once, here.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from processes.laptop_errors import LaptopError
from processes.laptop_modules import laptop_modules, module_file

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
NAME, VERSION = "meterline_laptop", "0.1.0"
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "windows": ("win_amd64",),
    "linux": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
}
NEEDED = (
    "click", "colorama", "eventsourcing", "markdown-it-py", "mdurl", "msgspec", "numpy",
    "paho-mqtt", "pygments", "pymodbus", "pyserial", "rich", "segno", "shellingham",
    "structlog", "typer", "typing-extensions", "typst", "tzdata", "zstandard",
)  # fmt: skip
"""Distributions of the laptop's part, with what they need themselves."""
DATA = {".toml", ".typ", ".ttf", ".otf", ".html", ".js", ".css", ".txt", ".md", ".json"}
_SYSTEM = {"windows": ("win32", "Windows", "nt"), "linux": ("linux", "Linux", "posix")}
_EPOCH = (2026, 1, 1, 0, 0, 0)
"""Time of every file in wheel and zip: the same program makes the same octets."""


class ZipError(LaptopError):
    """The laptop's zip cannot be made."""

    code = "laptop.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeZip:
    """The zip that was made."""

    file: Path
    octets: int
    wheels: int
    platforms: tuple[str, ...]


def make_zip(
    out: Path,
    *,
    wheels: Path | None = None,
    pythons: Sequence[str] = PYTHONS,
    platforms: Sequence[str] = tuple(PLATFORMS),
) -> MadeZip:
    """Write the zip.

    Args:
        out: The file.
        wheels: Folder with the wheels of all platforms; None fetches them with pip.
        pythons: Versions of Python that it shall install on.
        platforms: Of PLATFORMS.

    Raises:
        ZipError: A wheel could not be fetched, or the folder holds none.
    """
    for what, given, known in (("Python", pythons, PYTHONS), ("platform", platforms, PLATFORMS)):
        if strange := sorted(set(given) - set(known)):
            raise ZipError.of("no_such", what=what, given=strange[0], known=", ".join(known))
    with tempfile.TemporaryDirectory() as folder:
        found = wheels or _fetched(Path(folder), pythons, platforms)
        every = sorted(found.glob("*.whl"))
        if not every:
            raise ZipError.of("no_wheels", folder=found)
        out.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            name, content = laptop_wheel()
            _put(made, f"wheels/{name}", content)
            for wheel in every:
                _put(made, f"wheels/{wheel.name}", wheel.read_bytes(), packed=True)
            for name, text in _start_files():
                _put(made, name, text, runs=name.endswith(".sh"))
    return MadeZip(
        file=out, octets=out.stat().st_size, wheels=len(every) + 1, platforms=tuple(platforms)
    )


def laptop_wheel() -> tuple[str, bytes]:
    """Return name and content of the wheel of the laptop's part: its modules and their texts."""
    members = dict(sorted(_members()))
    info = f"{NAME}-{VERSION}.dist-info"
    requires = "".join(f"Requires-Dist: {name}\n" for name in NEEDED if name != "colorama")
    members[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\nRequires-Python: >=3.11\n"
        f"{requires}"
    ).encode()
    members[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: meterline\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    members[f"{info}/entry_points.txt"] = b"[console_scripts]\nmeterline = scripts.laptop:main\n"
    rows = io.StringIO()
    record = csv.writer(rows, lineterminator="\n")
    for name, content in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.writerow([name, f"sha256={digest}", len(content)])
    record.writerow([f"{info}/RECORD", "", ""])
    members[f"{info}/RECORD"] = rows.getvalue().encode()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            _put(made, name, content)
    return f"{NAME}-{VERSION}-py3-none-any.whl", whole.getvalue()


def _members() -> Iterator[tuple[str, bytes]]:
    folders = set()
    for module in laptop_modules():
        path = module_file(module)
        yield path.relative_to(ROOT).as_posix(), path.read_bytes()
        folders.add(path.parent)
    for folder in sorted(folders):
        for path in _texts(folder):
            yield path.relative_to(ROOT).as_posix(), path.read_bytes()


def _texts(folder: Path) -> Iterator[Path]:
    """Return the texts beside the modules of a folder, and in folders below without modules."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != "__pycache__" and not any(path.rglob("*.py")):
            yield from (each for each in sorted(path.rglob("*")) if _shipped(each))
        elif _shipped(path):
            yield path


def _shipped(path: Path) -> bool:
    return path.is_file() and (path.suffix in DATA or path.name.startswith("LICEN"))


def _fetched(folder: Path, pythons: Sequence[str], platforms: Sequence[str]) -> Path:
    """Fetch every wheel for each platform and Python with pip, by the hashes of the lock."""
    for platform in platforms:
        for python in pythons:
            chosen = folder / "requirements.txt"
            chosen.write_text(locked(LOCK.read_text("utf-8"), platform, python), "utf-8")
            _download(
                folder,
                *("--require-hashes", "--implementation", "cp", "--python-version", python),
                *("--abi", f"cp{python.replace('.', '')}", "--abi", "abi3", "--abi", "none"),
                *(word for name in PLATFORMS[platform] for word in ("--platform", name)),
                *("--requirement", str(chosen)),
            )
    _download(folder, f"pip=={metadata.version('pip')}")
    return folder


def _download(folder: Path, *wanted: str) -> None:
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)),
        *("--disable-pip-version-check", "--only-binary", ":all:", *wanted),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ZipError.of("not_fetched", error=done.stderr.strip()[-600:])


def locked(lock: str, platform: str, python: str) -> str:
    """Return the entries of a lock file that the laptop's part needs on a platform.

    Args:
        lock: Text of the lock file, with hashes.
        platform: Of PLATFORMS.
        python: For example "3.12".

    Raises:
        ZipError: A distribution is not locked.
    """
    from packaging.markers import Marker

    system, name, os_name = _SYSTEM[platform]
    environment = {
        "sys_platform": system,
        "platform_system": name,
        "os_name": os_name,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "AMD64" if platform == "windows" else "x86_64",
    }
    entries, found = [], set()
    for entry in _entries(lock):
        told, _, marker = entry.partition("\\")[0].partition(";")
        own = told.partition("==")[0].strip()
        if own in NEEDED and (not marker or Marker(marker.strip()).evaluate(environment)):
            entries.append(entry.replace(f" ;{marker}", " ") if marker else entry)
            found.add(own)
    missing = set(NEEDED) - found - ({"colorama"} if platform != "windows" else set())
    if missing:
        raise ZipError.of("not_locked", lock=LOCK.name, missing=", ".join(sorted(missing)))
    return "\n".join(entries) + "\n"


def _entries(lock: str) -> Iterator[str]:
    rows: list[str] = []
    for row in lock.splitlines():
        if row.lstrip().startswith("#") or not row.strip():
            continue
        if not row.startswith(" ") and rows:
            yield "\n".join(rows)
            rows = []
        rows.append(row)
    if rows:
        yield "\n".join(rows)


def _start_files() -> Iterator[tuple[str, bytes]]:
    folder = files("processes").joinpath("laptop_start")
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        content = entry.read_bytes()
        name = entry.name
        if name.count(".") > 1:  # kept as texts here: "start.cmd.txt"
            name = name.removesuffix(".txt")
        if not name.endswith(".sh"):
            content = content.replace(b"\n", b"\r\n")
        yield name, content


def _put(
    made: zipfile.ZipFile, name: str, content: bytes, *, runs: bool = False, packed: bool = False
) -> None:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.external_attr = (0o755 if runs else 0o644) << 16
    member.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    made.writestr(member, content)
