"""In: a Python >= 3.11 and the lock file. Out: .venv beside the code, then the program asked for.

Standard library only; the launchers scripts/up, meterline, test, check and bench call
`bootstrap.py PROFILE MODULE [ARGUMENTS]`. The locked packages are installed only when the
environment's stamp does not carry the lock's hash. A killed installation leaves its marker
behind and is redone from nothing; an environment that somebody else made is added to, never
cleared. I/O.

Exit codes: 2 something is missing and named, 3 the packages could not be fetched.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - somebody may start this file by hand
    sys.exit("meterline: this Python is too old. Start scripts/up: it finds a newer one.")

OLDEST = (3, 11)
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
"""Profile to lock file; the dev lock holds every pin of the run lock."""


class BootstrapError(Exception):
    """The environment cannot be made; the message names the way out."""

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where the environment of one checkout lives."""

    root: Path

    @property
    def folder(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """JSON: what is installed, written last."""
        return self.folder / "meterline-stamp.json"

    @property
    def marker(self) -> Path:
        """There while an installation runs, and after one that was killed."""
        return self.root / ".venv.installing"

    def lock(self, profile: str) -> Path:
        """The lock file of a profile."""
        return self.root / LOCKS[profile]


def lock_hash(lock: Path) -> str:
    """Return the SHA-256 of a lock file, in hexadecimal.

    Raises:
        BootstrapError: The checkout lacks the file.
    """
    try:
        return hashlib.sha256(lock.read_bytes()).hexdigest()
    except OSError as error:
        message = f"{lock} cannot be read ({error.strerror}). Clone Meterline again."
        raise BootstrapError(message) from error


def read_stamp(environment: Environment) -> dict[str, str]:
    """Return what the stamp says, empty when there is none or it is damaged."""
    try:
        found = json.loads(environment.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_current(stamp: Mapping[str, str], hashes: Mapping[str, str], profile: str) -> bool:
    """Return whether the environment serves a profile: its own lock, or the dev lock.

    Args:
        stamp: What is installed: `profile` and the `hash` of its lock.
        hashes: Hash of each profile's lock file now.
        profile: The profile wanted.
    """
    installed = stamp.get("profile", "")
    return installed in {profile, "dev"} and stamp.get("hash") == hashes[installed]


def missing_venv_message(version: tuple[int, int], *, root_user: bool, apt: bool) -> str:
    """Return the message for a Python without venv, with the command that adds it."""
    name = f"python{version[0]}.{version[1]}"
    if not apt:
        return f"{name} lacks the modules venv and ensurepip. Install them, or uv, and try again."
    sudo = "" if root_user else "sudo "
    return (
        f"{name} lacks the modules venv and ensurepip. This command adds them:\n"
        f"  {sudo}apt-get update && {sudo}apt-get install -y {name}-venv\n"
        "(for Debian's and Ubuntu's own Python also: apt-get install -y python3-venv)"
    )


def make_command(python: str, folder: Path, uv: str | None) -> list[str]:
    """Return the command that makes a virtual environment."""
    if uv:
        return [uv, "venv", "--quiet", "--python", python, str(folder)]
    return [python, "-m", "venv", str(folder)]


def install_command(environment: Environment, profile: str, uv: str | None) -> list[str]:
    """Return the command that installs a profile's lock: wheels only, every hash checked."""
    tail = ["--require-hashes", "--only-binary", ":all:", "-r", str(environment.lock(profile))]
    if uv:
        quiet = [] if sys.stderr.isatty() else ["--quiet"]
        return [uv, "pip", "install", *quiet, "--python", str(environment.python), *tail]
    pip = [str(environment.python), "-m", "pip", "--disable-pip-version-check"]
    return [*pip, "install", "--retries", "2", "--no-input", *tail]


def works(python: Path) -> bool:
    """Return whether an environment's interpreter starts and is new enough."""
    code = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        done = subprocess.run([str(python), "-c", code], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def has_pip(python: Path) -> bool:
    """Return whether an environment holds pip (uv makes them without)."""
    done = subprocess.run([str(python), "-c", "import pip"], capture_output=True, check=False)
    return done.returncode == 0


def must_clear(environment: Environment, uv: str | None) -> bool:
    """Return whether the folder has to be made afresh: killed, moved, broken, or without pip."""
    stamp = read_stamp(environment)
    moved = bool(stamp) and stamp.get("root") != str(environment.root)
    if environment.marker.exists() or moved or not works(environment.python):
        return True
    return uv is None and not has_pip(environment.python)


@contextmanager
def alone(environment: Environment) -> Iterator[None]:
    """Hold the checkout's installation lock; a second start waits for the first.

    Raises:
        BootstrapError: The checkout cannot be written.
    """
    path = environment.root / ".venv.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        message = f"{environment.root} cannot be written ({error.strerror}). Run `sudo chown -R "
        message += f"{os.geteuid()} {shlex.quote(str(environment.root))}`, or clone Meterline "
        message += "into a folder of your own."
        raise BootstrapError(message) from error
    try:
        os.set_inheritable(descriptor, True)  # pip holds it too, should this program be killed
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another start is installing the packages; waiting for it ...")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def say(text: str) -> None:
    """Print one row of progress on standard error."""
    sys.stderr.write(f"meterline: {text}\n")
    sys.stderr.flush()


def run_quietly(command: Sequence[str], total: int) -> None:
    """Run pip, counting the packages it fetches; show everything only when it fails.

    Args:
        command: The pip command.
        total: Packages in the lock.

    Raises:
        BootstrapError: pip failed.
    """
    rows: list[str] = []
    fetched = 0
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        close_fds=False,
    ) as pip:
        assert pip.stdout is not None, "a pipe was asked for"
        for row in pip.stdout:
            rows.append(row)
            fetching = row.startswith(("Collecting ", "Processing "))
            fetched += fetching
            if fetching and (sys.stderr.isatty() or fetched % 20 == 0):
                end = "\r" if sys.stderr.isatty() else "\n"
                sys.stderr.write(f"meterline: package {fetched} of about {total}{end}")
                sys.stderr.flush()
            if row.startswith("Installing collected packages"):
                say(f"unpacking {fetched} packages ...")
    if pip.returncode:
        sys.stderr.write("".join(rows[-30:]))
        raise BootstrapError(_failed(command), exit_code=3)


def _failed(command: Sequence[str]) -> str:
    return (
        "The packages could not be installed; the reason stands above. The first start needs the\n"
        "network (behind a proxy: set HTTPS_PROXY) or a folder of wheels (PIP_FIND_LINKS=FOLDER\n"
        "PIP_NO_INDEX=1, with uv UV_FIND_LINKS=FOLDER UV_OFFLINE=1). Then give the same command\n"
        f"again. What failed: {shlex.join(command)}"
    )


def install(environment: Environment, profile: str, uv: str | None) -> None:
    """Make the environment and install a profile's lock; the stamp is written last.

    Raises:
        BootstrapError: A system package is missing, or the packages could not be fetched.
    """
    clear = must_clear(environment, uv)
    if clear and uv is None and importlib.util.find_spec("ensurepip") is None:
        apt = shutil.which("apt-get") is not None
        version = sys.version_info[:2]
        raise BootstrapError(missing_venv_message(version, root_user=os.geteuid() == 0, apt=apt))
    lock = environment.lock(profile)
    digest = lock_hash(lock)
    total = sum(1 for row in lock.read_text(encoding="utf-8").splitlines() if "==" in row)
    say(f"installing {total} pinned packages into .venv by {'uv' if uv else 'pip'} ...")
    if clear or environment.stamp.exists():  # a folder of somebody else's is never marked
        environment.marker.touch()
    if clear:
        _make(environment, uv)  # a link goes, what it leads to stays as it is
    else:
        environment.stamp.unlink(missing_ok=True)
    _fill(install_command(environment, profile, uv), total, counted=uv is None)
    _write_stamp(environment, profile, digest)
    environment.marker.unlink(missing_ok=True)


def _make(environment: Environment, uv: str | None) -> None:
    if environment.folder.is_symlink():
        environment.folder.unlink()
    elif environment.folder.exists():
        shutil.rmtree(environment.folder)
    command = make_command(sys.executable, environment.folder, uv)
    if subprocess.run(command, check=False).returncode:
        raise BootstrapError(f"The environment could not be made: {shlex.join(command)}")


def _fill(command: Sequence[str], total: int, *, counted: bool) -> None:
    if counted:
        run_quietly(command, total)
    elif subprocess.run(command, check=False, close_fds=False).returncode:
        raise BootstrapError(_failed(command), exit_code=3)


def _write_stamp(environment: Environment, profile: str, digest: str) -> None:
    content = {"profile": profile, "hash": digest, "root": str(environment.root)}
    fresh = environment.stamp.with_suffix(".new")
    fresh.write_text(json.dumps(content), encoding="utf-8")
    fresh.replace(environment.stamp)


def ready(environment: Environment, profile: str) -> bool:
    """Return whether the environment serves a profile as it stands."""
    stamp = read_stamp(environment)
    hashes = {name: lock_hash(environment.lock(name)) for name in LOCKS}
    in_place = stamp.get("root") == str(environment.root) and environment.python.exists()
    return in_place and not environment.marker.exists() and is_current(stamp, hashes, profile)


def child_environment(root: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for the program: the checkout is importable from any folder.

    PYTHONSAFEPATH keeps a folder of the user's that happens to be called `scripts` out of the way.
    """
    home = {"METERLINE_HOME": str(root), "PYTHONPATH": str(root), "PYTHONSAFEPATH": "1"}
    return {**inherited, **home}


def become(
    python: Path, module: str, rest: Sequence[str], variables: Mapping[str, str]
) -> NoReturn:
    """Replace this program by a module of the checkout."""
    command = [str(python), "-m", module, *rest]
    os.execve(command[0], command, dict(variables))  # noqa: S606 - no shell is the point


def main(arguments: Sequence[str]) -> int:
    """Make the environment if need be, then become the program asked for."""
    profile, module, *rest = arguments
    environment = Environment(root=Path(__file__).resolve().parent.parent)
    try:
        if not ready(environment, profile):
            with alone(environment):
                if not ready(environment, profile):
                    install(environment, profile, shutil.which("uv"))
    except BootstrapError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("stopped; the next start begins the installation again.")
        return 130
    variables = child_environment(environment.root, os.environ)
    become(environment.python, module, rest, variables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
