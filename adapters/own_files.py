"""In: the data directory. Out: the folders of an installation's own descriptions. Pure.

Profiles, register maps and mappings that an installation adds to those that ship all lie below its
data directory; a process says once where that is.
"""

from __future__ import annotations

from pathlib import Path


class _Own:
    """Where the installation's own files lie; nowhere until a process says so."""

    data_dir: Path | None = None


def use_own_files(data_dir: Path | None) -> None:
    """Say where this process finds an installation's own files (once, by its start).

    Args:
        data_dir: The data directory; None knows the files that ship alone.
    """
    _Own.data_dir = data_dir


def own_folder(below: str) -> Path | None:
    """Return a folder of the installation's own files; None while nobody said where they lie.

    Args:
        below: The folder, from the data directory: "profiles/dlt645".
    """
    return None if _Own.data_dir is None else _Own.data_dir / below
