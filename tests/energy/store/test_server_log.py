"""What the server's log tells a person to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from energy.store.server_log import ServerLog, next_step, worth_retrying


@pytest.mark.parametrize(
    ("row", "advice"),
    [
        ('FATAL: could not write lock file "x": No space left on device', "The disk is full"),
        ('FATAL: could not create lock file "x": Permission denied', "A permission is missing"),
        ('LOG: could not bind Unix address "/x": Address in use', "holds the socket"),
        ('FATAL: configuration file "server.conf" contains errors', "postgresql.auto.conf"),
        ('FATAL: could not access file "timescaledb": No such file', "`extension_dir`"),
        ("FATAL: could not map anonymous shared memory", "Memory is short"),
        ('initdb: error: invalid locale name "C.UTF-8"', "apt-get install locales"),
        ("PANIC: could not locate a valid checkpoint record", "restore a backup"),
        ("FATAL: something new", "Look at the rows below"),
    ],
)
def test_every_known_cause_has_its_next_step(row: str, advice: str) -> None:
    assert advice in next_step(row, Path("/srv/db"))


def test_left_overs_of_a_killed_server_pass_and_other_causes_do_not() -> None:
    assert worth_retrying(['FATAL:  lock file "postmaster.pid" already exists'])
    assert worth_retrying(
        ["FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use"]
    )
    assert not worth_retrying(['FATAL:  could not create lock file "x": Permission denied'])
    assert not worth_retrying(['LOG:  lock file "postmaster.pid" already exists'])
    assert not worth_retrying([])


def test_only_rows_since_the_last_start_count_and_early_clients_do_not(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "postgresql.log")
    assert log.since_start() == []
    log.path.write_text("yesterday\n")
    with log.open_for_start() as file:
        file.write("LOG:  Zähler\nFATAL:  the database system is starting up\n".encode())
    assert log.since_start() == ["LOG:  Zähler"]


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "postgresql.log")
    log.path.touch()
    os.truncate(log.path, 16 * 1024 * 1024 + 1)
    log.open_for_start().close()
    assert log.path.stat().st_size == 0
    assert (tmp_path / "postgresql.log.1").stat().st_size == 16 * 1024 * 1024 + 1
