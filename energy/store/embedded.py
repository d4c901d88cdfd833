"""In: a data directory. Out: a PostgreSQL of our own, running, and its conninfo. I/O.

The launcher drives the PostgreSQL programs itself. It listens on a unix socket only and lets every
client in without a password ("trust"). That is acceptable for one reason: the socket lies in a
directory of mode 0700, so only the server's own account (and root) reaches the server at all.

Layout of a data directory::

    pgdata/            the cluster; never written by us, only by PostgreSQL's own programs
    archive.name       name of its folder below `wal_archive`
    socket/            mode 0700; a short private directory elsewhere if this path is too long
    server.conf        our settings, written anew at every start
    clients.conf       who may connect
    postgresql.log     what the server says
    start.lock         held while somebody starts it
    binaries/          private copy of the programs, only where the account cannot read them
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import psycopg
import structlog
from psycopg import pq
from psycopg.conninfo import make_conninfo

from energy.base.clock import monotonic_s, wait
from energy.store.binaries import Binaries, find_binaries
from energy.store.cluster import Cluster
from energy.store.errors import StartError, StopError
from energy.store.postmaster import (
    become_subreaper,
    dead_children,
    orphans,
    read_lock_file,
    running_postmaster,
    serves,
)
from energy.store.privilege import Account, make_directory, open_private
from energy.store.server_log import ServerLog, next_step, worth_retrying
from energy.store.server_settings import NEVER_OFF, PORT, SUPERUSER

DATABASE = "meterline"
_ORPHAN_GRACE_S = 2.0
_FAST_STOP_S = 60.0
_IMMEDIATE_STOP_S = 10.0
_PROGRESS_S = 5.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    """Where the embedded PostgreSQL lives.

    `extension_dir` holds `share/extension/*.control` and `lib/*.so` for PostgreSQL 18 or newer.
    `start_timeout_s` must leave minutes for crash recovery. [s]
    `wal_archive` holds a folder of archived WAL for each cluster; None archives nothing.
    `extra` are further settings of the server, such as those of a recovery.
    """

    data_dir: Path
    extension_dir: Path | None = None
    start_timeout_s: float = 300.0
    wal_archive: Path | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class EmbeddedPostgres:
    """One data directory and the server on it, started here or found running."""

    _children: ClassVar[dict[int, subprocess.Popen[bytes]]] = {}

    def __init__(self, settings: EmbeddedSettings) -> None:
        """Touch nothing yet.

        Args:
            settings: Where it lives.
        """
        self._settings = settings
        self._cluster = Cluster(data_dir=settings.data_dir.resolve())
        self._server_log = ServerLog(self._cluster.log_path)
        self._pid: int | None = None
        self._owned = False

    @property
    def owned(self) -> bool:
        """Whether stop() stops it: started here, or adopted."""
        return self._owned and self.alive()

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster, None when it does not run."""
        return self._pid if self.alive() else None

    @property
    def major(self) -> int:
        """Major version of the cluster, or of the programs that would make it.

        Raises:
            BinariesMissingError: There is neither a cluster nor a PostgreSQL.
            MajorVersionError: The recorded version is no number.
        """
        return self._cluster.recorded_major() or find_binaries().major

    @property
    def settings(self) -> EmbeddedSettings:
        """What it was made with."""
        return self._settings

    @property
    def cluster(self) -> Cluster:
        """The files it works on."""
        return self._cluster

    @property
    def log_path(self) -> Path:
        """The file that the server writes its log to."""
        return self._server_log.path

    def dsn(self, *, user: str, dbname: str = DATABASE) -> str:
        """Return a conninfo for one role.

        Args:
            user: Database role.
            dbname: Database.

        Returns:
            Keyword/value conninfo, host = the socket's directory.
        """
        socket_dir, port = self._address()
        return make_conninfo(host=str(socket_dir), port=port, user=user, dbname=dbname)

    def alive(self) -> bool:
        """Return whether the server that was started or found still lives."""
        if self._pid is None:
            return False
        child = self._children.get(self._pid)
        return child.poll() is None if child is not None else serves(self._pid, self._cluster.path)

    def reap(self) -> None:
        """Collect dead children: the postmaster, and backends which a killed one left to us."""
        for pid, child in list(self._children.items()):
            if child.poll() is not None:
                self._children.pop(pid, None)
        for pid in dead_children():
            if pid not in self._children:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    def start(self) -> None:
        """Start the server, or find the one that runs; make cluster and database when absent.

        Raises:
            BinariesMissingError: There is no PostgreSQL on the machine.
            MajorVersionError: The cluster belongs to another major version.
            PrivilegeError: No account may run it here.
            StartError: It gave up or did not answer in time.
        """
        deadline_s = monotonic_s() + self._settings.start_timeout_s
        make_directory(self._cluster.data_dir)
        with self._start_lock(deadline_s):
            if self._answers(deadline_s):  # alive is not enough: it may have been killed just now
                return
            self._pid, self._owned = None, False
            try:
                self._bring_up(deadline_s)
                self._make_database()
            except OSError as error:
                self.stop()
                raise self._failure(f"PostgreSQL could not be started ({error}).") from error
            except BaseException:  # ctrl-C too: nothing that we started is left behind
                self.stop()
                raise

    def adopt(self) -> None:
        """Take over a server that was found running: from now on stop() stops it."""
        self._owned = self.alive()

    def stop(self) -> None:
        """Stop the server if it is ours: open transactions are rolled back, nothing is lost.

        Raises:
            StopError: It still runs after all that.
        """
        if self.owned:
            self._end()
        self.reap()

    def _end(self) -> None:
        pid = self._pid
        assert pid is not None, "only an owned server is stopped"
        socket_dir, _ = self._address()
        for how, patience_s in ((signal.SIGINT, _FAST_STOP_S), (signal.SIGQUIT, _IMMEDIATE_STOP_S)):
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            give_up_s = monotonic_s() + patience_s
            while self.alive() and monotonic_s() < give_up_s:
                wait(0.02)
            if not self.alive():
                self._pid, self._owned = None, False
                if socket_dir.parent != self._cluster.data_dir:
                    with suppress(OSError):
                        socket_dir.rmdir()
                _log.info("postgresql.stopped", pid=pid, signal=how.name)
                return
        raise StopError(
            f"PostgreSQL (pid {pid}) did not stop within {_FAST_STOP_S + _IMMEDIATE_STOP_S:.0f} s. "
            f"Look at {self.log_path}; `kill -QUIT {pid}` ends it without loss."
        )

    @contextmanager
    def _start_lock(self, deadline_s: float) -> Iterator[None]:
        """Hold the right to start: two launchers never make or start one cluster at once."""
        descriptor = open_private(self._cluster.data_dir / "start.lock", os.O_RDWR)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if monotonic_s() >= deadline_s:
                        raise self._failure("Another process is still starting it.") from None
                    wait(0.05)
            yield
        finally:
            os.close(descriptor)

    def _bring_up(self, deadline_s: float) -> None:
        """Find it running or launch it, again and again while left-overs of a crash vanish."""
        footing: tuple[Account, Binaries] | None = None
        pause_s = 0.05
        while True:
            self.reap()
            running = running_postmaster(self._cluster.path)
            if running is not None:
                self._pid, self._owned = running.pid, False
            else:
                footing = footing or self._cluster.prepare(
                    self._settings.extension_dir,
                    initdb_timeout_s=self._settings.start_timeout_s,
                    wal_archive=self._settings.wal_archive,
                    extra=self._settings.extra,
                )
                self._end_orphans(deadline_s)
                self._launch(*footing)
            if self._answers(deadline_s):
                _log.info("postgresql.ready", pid=self._pid, owned=self._owned)
                return
            last = self._server_log.since_start()
            if self._owned and not worth_retrying(last):
                raise self._failure("PostgreSQL started and gave up.")
            if monotonic_s() + pause_s >= deadline_s:
                raise self._failure("PostgreSQL did not come up in time.")
            wait(pause_s)
            pause_s = min(2 * pause_s, 2.0)

    def _launch(self, account: Account, binaries: Binaries) -> None:
        """Start the postmaster as our child.

        PG_GRANDPARENT_PID is PostgreSQL's own way to name a pid that is not the owner of the lock
        file: given a zombie or a stranger, it still checks the shared memory of old backends.
        """
        become_subreaper()
        lock = read_lock_file(self._cluster.path)
        extra = {"PG_GRANDPARENT_PID": str(lock.pid)} if lock is not None else {}
        kept = [f"--{name}={value}" for name, value in NEVER_OFF.items()]
        command = [binaries.program("postgres"), "-D", str(self._cluster.path), *kept]
        command += ["-c", f"config_file={self._cluster.settings_path}"]
        with self._server_log.open_for_start() as output:
            child = account.start(command, output=output, extra=extra)
        self._children[child.pid] = child
        self._pid, self._owned = child.pid, True
        _log.info(
            "postgresql.launched", pid=child.pid, version=binaries.version, way=account.way.value
        )

    def _answers(self, deadline_s: float) -> bool:
        """Wait until it accepts connections; False when it ended first."""
        shown_s = began_s = monotonic_s()
        pause_s = 0.01
        while self.alive():
            conninfo = f"{self.dsn(user=SUPERUSER, dbname='postgres')} connect_timeout=2"
            if pq.PGconn.ping(os.fsencode(conninfo)) == pq.Ping.OK:
                return True
            now_s = monotonic_s()
            if now_s >= deadline_s:
                raise self._failure("PostgreSQL runs but did not answer in time.")
            if now_s - shown_s >= _PROGRESS_S:
                shown_s = now_s
                last = self._server_log.since_start()[-1:]
                _log.info("postgresql.starting", waited_s=round(now_s - began_s), last=last)
            wait(pause_s)
            pause_s = min(1.2 * pause_s, 0.5)
        return False

    def _end_orphans(self, deadline_s: float) -> None:
        """Wait for backends which a killed postmaster left behind; end those that compute on.

        They notice its death only when they wait for something. Their shared memory is lost
        anyway, so SIGQUIT (leave at once) loses nothing that was committed.
        """
        grace_over_s = monotonic_s() + _ORPHAN_GRACE_S
        while left := orphans(self._cluster.path):
            if running_postmaster(self._cluster.path) is not None:
                return  # no orphans: somebody started it by other means just now
            now_s = monotonic_s()
            if now_s >= deadline_s:
                raise self._failure(f"Left-over backends hold the cluster: pids {left}.")
            if now_s >= grace_over_s:
                _log.warning("postgresql.orphans_ended", pids=left)
                for pid in left:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGQUIT)
            wait(0.1)
        self.reap()

    def _make_database(self) -> None:
        """Make the database when absent.

        Raises:
            StartError: The server answers, but not to us.
        """
        try:
            with psycopg.connect(
                self.dsn(user=SUPERUSER, dbname="postgres"), autocommit=True, connect_timeout=30
            ) as connection:
                found = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
                ).fetchone()
                if found is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.Error as error:
            raise self._failure(f"The database could not be opened ({error}).") from error

    def _address(self) -> tuple[Path, int]:
        """Return socket directory and port: as the server wrote them, else as we would."""
        with suppress(PermissionError):
            lock = read_lock_file(self._cluster.path)
            if lock is not None and lock.socket_dir is not None and lock.port is not None:
                return lock.socket_dir, lock.port
        return self._cluster.socket_dir(os.geteuid()), PORT

    def _failure(self, cause: str) -> StartError:
        rows = self._server_log.since_start()[-20:]
        advice = next_step("\n".join([cause, *rows]), self._cluster.data_dir)
        return StartError(cause, last_rows=rows, next_step=advice, log=self.log_path)
