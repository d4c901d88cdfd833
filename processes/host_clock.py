"""In: the kernel's clock discipline. Out: whether somebody keeps the host's clock. I/O: reads.

Linux tells through adjtimex, whoever disciplines the clock (chrony, ntpd, timesyncd). Elsewhere
nobody is asked, and the comparison with the server's clock must do.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass

_STA_UNSYNC = 0x0040
_TIME_ERROR = 5


class _Timex(ctypes.Structure):
    """struct timex of Linux; what lies behind is not looked at."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HostClock:
    """What the kernel says of its clock."""

    synchronised: bool
    """Whether a time source disciplines it."""
    most_error_us: int
    """Most that it may be off, by the kernel's own account. [us]"""


def host_clock() -> HostClock | None:
    """Return what the kernel says of its clock; None where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        asked = _Timex()
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(asked))
    except (OSError, AttributeError):
        return None
    if state < 0:
        return None
    well = state != _TIME_ERROR and not asked.status & _STA_UNSYNC
    return HostClock(synchronised=well, most_error_us=int(asked.maxerror))
