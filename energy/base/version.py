"""In: nothing. Out: the version of this program. Reads what was installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the version of the installed program."""
    try:
        return version("meterline")
    except PackageNotFoundError:
        return "0.1.0"
