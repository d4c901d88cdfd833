"""In: signals and threads of one process. Out: a clean start and end. I/O: signals, stderr."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping

import structlog

log = structlog.get_logger("process")


class StopSignal:
    """An event that SIGTERM and SIGINT set."""

    def __init__(self) -> None:
        """Listen for both signals (main thread only)."""
        self.event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.event.set())


def log_to_stderr(process: str) -> None:
    """Write structured logs, one JSON object a row, to standard error."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)

    def named(_: object, __: str, row: MutableMapping[str, object]) -> MutableMapping[str, object]:
        return {**row, "process": process}

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            named,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def run_threads(loops: Mapping[str, Callable[[], None]], stop: StopSignal) -> None:
    """Run some loops until stopped; one that ends with an error stops all and is raised.

    Args:
        loops: Name -> loop that returns when the stop event is set.
        stop: The process's stop signal.
    """
    failures: list[BaseException] = []

    def guarded(name: str, loop: Callable[[], None]) -> None:
        try:
            loop()
        except BaseException as error:
            log.exception("thread ended", thread=name)
            failures.append(error)
        finally:
            stop.event.set()

    threads = [
        threading.Thread(target=guarded, args=(name, loop), name=name, daemon=True)
        for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    while not stop.event.wait(0.5):
        pass
    for thread in threads:
        thread.join(timeout=8.0)
    if failures:
        raise failures[0]
