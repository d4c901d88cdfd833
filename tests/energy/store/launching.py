"""What the tests of the launcher share: start, ask, kill, look at the process."""

from __future__ import annotations

import os
import pwd
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg

from energy.base.clock import monotonic_s, wait
from energy.store.embedded import EmbeddedPostgres
from energy.store.server_settings import SUPERUSER

Launch = Callable[..., EmbeddedPostgres]


def ask(server: EmbeddedPostgres, statement: str, *, dbname: str = "meterline") -> object:
    """Return the first value of a statement's answer, None without rows."""
    dsn = server.dsn(user=SUPERUSER, dbname=dbname)
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def kill(server: EmbeddedPostgres) -> int:
    """Kill the postmaster without warning; return its pid."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def wait_until(true: Callable[[], bool]) -> None:
    give_up_s = monotonic_s() + 20.0
    while not true():
        assert monotonic_s() < give_up_s, "it never happened"
        wait(0.02)


def in_own_user_namespace(pid: int) -> bool:
    return Path(f"/proc/{pid}/ns/user").readlink() != Path("/proc/self/ns/user").readlink()


def program_of(server: EmbeddedPostgres) -> Path:
    return Path(f"/proc/{server.pid}/exe").readlink()


def account_of(pid: int) -> str:
    return pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name
