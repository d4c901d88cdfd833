"""In: a data directory. Out: a cluster in it, made by initdb, with our settings. I/O."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from energy.store.binaries import Binaries, find_binaries
from energy.store.errors import MajorVersionError, PrivilegeError, StartError, StoreError
from energy.store.privilege import (
    Account,
    choose_account,
    make_directory,
    make_private_directory,
    open_private,
)
from energy.store.server_log import next_step
from energy.store.server_settings import (
    CLIENT_RULES,
    SUPERUSER,
    extension_settings,
    render_settings,
    socket_directory,
)
from energy.store.wal_archive import archive_settings, system_identifier

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The files of one embedded PostgreSQL; the layout is drawn in energy/store/embedded.py."""

    data_dir: Path

    @property
    def path(self) -> Path:
        """The cluster itself, written by PostgreSQL's own programs alone."""
        return self.data_dir / "pgdata"

    @property
    def settings_path(self) -> Path:
        """Our configuration file."""
        return self.data_dir / "server.conf"

    @property
    def log_path(self) -> Path:
        """The server's log."""
        return self.data_dir / "postgresql.log"

    def socket_dir(self, uid: int) -> Path:
        """Return where the socket of a server of this account goes."""
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        own = uid == os.geteuid() != 0 and os.access(runtime, os.W_OK | os.X_OK)
        return socket_directory(self.data_dir, runtime_dir=Path(runtime) if own else None)

    def recorded_major(self) -> int | None:
        """Return the major version that wrote the cluster, None when there is no cluster.

        Raises:
            MajorVersionError: It is no number.
            PrivilegeError: The cluster belongs to another account.
        """
        try:
            recorded = (self.path / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise PrivilegeError(
                f"{self.path} belongs to another account. Start Meterline as that account, or "
                "choose a data directory of your own."
            ) from error
        if not recorded.isdigit():
            raise MajorVersionError(self.path, recorded=recorded, found="of no such version")
        return int(recorded)

    def archive_folder(self, wal_archive: Path) -> Path:
        """Return the folder below the archives that is this cluster's own.

        Its name is drawn once for each cluster on a disk: a restored one, which goes on with the
        same numbers, never writes among the segments of the one it came from.
        """
        chosen = self.data_dir / "archive.name"
        if not chosen.exists():
            name = f"{system_identifier(self.path)}-{secrets.token_hex(4)}"
            with os.fdopen(open_private(chosen, os.O_WRONLY), "w") as file:
                file.write(name)
        return wal_archive.resolve() / chosen.read_text(encoding="utf-8").strip()

    def prepare(
        self,
        extension_dir: Path | None,
        *,
        initdb_timeout_s: float,
        wal_archive: Path | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> tuple[Account, Binaries]:
        """Choose programs and account, make the cluster when absent, write the settings.

        Args:
            extension_dir: Where further extensions lie.
            initdb_timeout_s: Longest run of initdb. [s]
            wal_archive: Where WAL is archived, in a folder of the cluster's own.
            extra: Further settings of the server.

        Returns:
            The account that runs the server, and the programs as it can read them.

        Raises:
            StoreError: Any of its kinds; nothing was started.
        """
        recorded = self.recorded_major()
        binaries = find_binaries(major=recorded)
        if recorded is not None and recorded != binaries.major:
            found = f"{binaries.version} ({binaries.bin_dir})"
            raise MajorVersionError(self.path, recorded=str(recorded), found=found)
        account, binaries = choose_account(self.data_dir, self.path, binaries)
        if recorded is None:
            self._make(account, binaries, timeout_s=initdb_timeout_s)
        settings = dict(extra or {})
        if wal_archive is not None:
            settings |= archive_settings(self._made_archive(wal_archive, account))
        self._write_settings(account, binaries, extension_dir, settings)
        return account, binaries

    def check_account(self) -> None:
        """Look whether some account can run a server here; makes the folder.

        Raises:
            PrivilegeError: None can.
        """
        make_directory(self.data_dir)
        choose_account(self.data_dir, self.path, find_binaries())

    def _make(self, account: Account, binaries: Binaries, *, timeout_s: float) -> None:
        """Run initdb beside the final place: an interrupted one is never taken for a cluster."""
        if self.path.exists() and any(self.path.iterdir()):
            raise StoreError(f"{self.path} is no PostgreSQL cluster. Move it away and start again.")
        unfinished = self.data_dir / "pgdata.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        make_private_directory(unfinished, account)
        code, said = account.run(
            binaries.program("initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--lc-messages=C",
            "--data-checksums",
            "--auth-local=trust",
            "--auth-host=reject",
            timeout_s=timeout_s,
        )
        if code != 0:
            raise StartError(
                "initdb could not make the cluster.",
                last_rows=said.splitlines()[-20:],
                next_step=next_step(said, self.data_dir),
            )
        unfinished.rename(self.path)
        _log.info("postgresql.cluster_made", version=binaries.version, account=account.name)

    def _made_archive(self, wal_archive: Path, account: Account) -> Path:
        make_directory(wal_archive.resolve())
        folder = self.archive_folder(wal_archive)
        make_private_directory(folder, account)
        return folder

    def _write_settings(
        self,
        account: Account,
        binaries: Binaries,
        extension_dir: Path | None,
        settings: Mapping[str, str],
    ) -> None:
        socket_dir = self.socket_dir(account.uid)
        make_private_directory(socket_dir, account)
        extra = dict(settings)
        if extension_dir is not None:
            extra |= extension_settings(extension_dir.resolve(), major=binaries.major)
        clients = self.data_dir / "clients.conf"
        text = render_settings(socket_dir=socket_dir, hba_file=clients, extra=extra)
        for path, content in ((clients, CLIENT_RULES), (self.settings_path, text)):
            descriptor = open_private(path, os.O_WRONLY | os.O_TRUNC, mode=0o644)
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.fsencode(content))
