"""In: what settles a site. Out: its views follow what people do, as the projector does it. I/O."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def followed(settle: Callable[[], object], lock: threading.Lock | None = None) -> Iterator[None]:
    """Let the tables follow what people do.

    Args:
        settle: Lets them catch up.
        lock: Held while they do.
    """
    over, held = threading.Event(), lock or threading.Lock()

    def follow() -> None:
        while not over.wait(0.05):
            with held:
                settle()

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()  # what it reads is about to be closed
