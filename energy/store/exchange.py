"""In: two directories. Out: each under the other's name, at one instant. I/O: Linux."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def exchange(one: Path, other: Path) -> None:
    """Let two directories of one file system change names; a crash leaves one state or the other.

    Args:
        one: Existing directory.
        other: Existing directory.

    Raises:
        OSError: They are not on one file system, or one is missing.
    """
    result = ctypes.CDLL(None, use_errno=True).renameat2(
        _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE
    )
    if result == 0:
        return
    code = ctypes.get_errno()
    if code not in {errno.EINVAL, errno.ENOSYS}:
        raise OSError(code, os.strerror(code), str(one))
    aside = one.with_name(f"{one.name}.aside")  # a file system that cannot exchange
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
