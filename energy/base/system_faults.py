"""In: an error of the system. Out: what it says, in words that can be told. Pure.

The system's own sentences are English wherever it runs ("No such file or directory"): the usual
ones have words of ours, the rest is told as the system says it.
"""

from __future__ import annotations

import errno

from energy.base.text import Told, tell

_FAULTS = {
    errno.ENOENT: "why.system.absent",
    errno.ENOTDIR: "why.system.absent",
    errno.EACCES: "why.system.barred",
    errno.EPERM: "why.system.barred",
    errno.EROFS: "why.system.barred",
    errno.EISDIR: "why.system.folder",
    errno.ENOSPC: "why.system.full",
    errno.EEXIST: "why.system.taken",
}


def fault_of(error: OSError) -> Told | str:
    """Return why a file or folder cannot be used.

    Args:
        error: Of the system.
    """
    key = _FAULTS.get(error.errno or 0)
    return tell(key) if key is not None else str(error.strerror or error)


def octet_of(error: UnicodeDecodeError) -> Told:
    """Return where a text stops to be UTF-8.

    Args:
        error: Of the reading.
    """
    return tell("why.system.octet", octet=f"0x{error.object[error.start]:02X}", at=error.start)
