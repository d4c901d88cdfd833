"""In: the machine. Out: what a ratio was measured on, as one row of text each. I/O."""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path

import psutil

from energy.base.clock import SystemClock


def describe(postgres: str) -> dict[str, str]:
    """Return date, processor, memory, disk, versions and load of this machine.

    Args:
        postgres: Version of the server measured.
    """
    return {
        "date": f"{SystemClock().now():%Y-%m-%d %H:%M} UTC",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_gib():.0f} GiB",
        "disk": _disk(),
        "software": f"PostgreSQL {postgres}, Python {platform.python_version()}",
        "load": "{:.1f}, {:.1f}, {:.1f} (1, 5, 15 min)".format(*os.getloadavg()),
    }


def cpu_s(pid: int) -> float:
    """Return the processor time used so far by a process and its children, living or gone. [s]."""
    process = psutil.Process(pid)
    times = [process.cpu_times()]
    for child in process.children(recursive=True):
        try:
            times.append(child.cpu_times())
        except psutil.NoSuchProcess:
            continue  # a connection that was just closed
    gone = times[0].children_user + times[0].children_system
    return float(gone + sum(each.user + each.system for each in times))


def _fields(path: str) -> dict[str, str]:
    """Return the `name: value` rows of a file of the kernel; empty where there is none."""
    try:
        rows = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (row.partition(":") for row in rows)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _processor() -> str:
    return _fields("/proc/cpuinfo").get("model name") or platform.processor() or "unknown"


def _memory_gib() -> float:
    kib = _fields("/proc/meminfo").get("MemTotal", "0 kB").split()[0]
    return int(kib) / 2**20


def _disk() -> str:
    """Return the block device under the folder for temporary files, and its kind."""
    number = os.stat(tempfile.gettempdir()).st_dev  # noqa: PTH116 - a number, no content
    device = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve()
    if not device.exists():
        return "unknown (memory or network)"
    queues = [place / "queue" / "rotational" for place in (device, device.parent)]
    turns = [queue.read_text(encoding="ascii").strip() == "1" for queue in queues if queue.exists()]
    if device.name.startswith(("vd", "xvd")):
        return f"{device.name}, virtual"
    return f"{device.name}, {'rotating' if any(turns) else 'solid state'}"
