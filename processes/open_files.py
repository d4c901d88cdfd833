"""In: connections a collector needs. Out: room for them, or what to do. I/O: this process's limits.

One connection is one open file, and systems begin with a limit of 1,024 of them a process. What
the system allows at most is taken at the start; where that is too little it is said at once, not
when the thousandth meter is lost.
"""

from __future__ import annotations

import sys

if sys.platform != "win32":
    import resource

OTHER_FILES = 200
"""Spool, journal, brokers, logs and what opens for a moment. [file]"""


def room_for(connections: int) -> str | None:
    """Raise this process's limit of open files; return what is wrong if that does not suffice.

    Args:
        connections: Connections open at the same time.
    """
    if sys.platform == "win32":  # counts no files
        return None
    needed = connections + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = max(soft, needed)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return None
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (min(needed, hard), resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    if hard >= needed:
        return None
    return (
        f"{connections} connections need {needed} open files, this process may have {hard}: the "
        f"last {needed - hard} meters will not be reached. Raise the limit (`LimitNOFILE={needed}` "
        "of the service, `ulimit -Hn`)"
    )
