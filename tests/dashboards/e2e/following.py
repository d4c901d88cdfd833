"""In: a site. Out: its views of operations follow what people do, as the projector does it. I/O."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.energy.alerting.notices import book
from tests.fixtures.postgres import TestSite


@contextmanager
def followed(site: TestSite, lock: threading.Lock) -> Iterator[None]:
    """Let the tables follow what people do.

    Args:
        site: The site.
        lock: Held while they do.
    """
    over = threading.Event()

    def follow() -> None:
        while not over.wait(0.05):
            with lock:
                book.settle(site)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=10)
