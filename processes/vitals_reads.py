"""In: a data directory. Out: what a process there says of its health. I/O: loopback HTTP."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from processes.technician_values import NoContactError
from processes.vitals import run_file

TIMEOUT_S = 5.0
"""Longest wait for an answer. [s]"""


class ProcessSilentError(NoContactError):
    """A process does not run in the data directory, or does not answer."""

    code = "process.silent"

    def __init__(self, process: str, data_dir: Path, cause: str) -> None:
        """Name the process, where it was looked for, and what to start."""
        super().__init__(
            f"`{process}` does not answer in {data_dir} ({cause}). Start it (`scripts/meterline "
            f"{process}` or `scripts/up`), or name another folder with --data-dir."
        )


def ask_health(data_dir: Path, process: str, path: str = "/health") -> dict[str, Any]:
    """Return what a process says of its health.

    Args:
        data_dir: The installation's data directory.
        process: "collect", "project" or "jobs".
        path: "/health", or another question it answers, such as "/devices".

    Raises:
        ProcessSilentError: It does not run or does not answer.
    """
    try:
        told = json.loads(run_file(data_dir, process).read_text("utf-8"))
        return ask_at(told["host"], told["port"], path)
    except (OSError, ValueError, KeyError, HTTPException) as error:
        raise ProcessSilentError(process, data_dir, f"{type(error).__name__}") from error


def ask_at(host: str, port: int, path: str = "/health") -> dict[str, Any]:
    """Return what the process at an address says.

    Raises:
        OSError, ValueError, HTTPException: It does not answer, or with what is no answer.
    """
    connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        if response.status == HTTPStatus.NOT_FOUND:
            return {}  # an earlier version runs, and does not know the question
        answer: dict[str, Any] = json.loads(body)
        return answer
    finally:
        connection.close()
