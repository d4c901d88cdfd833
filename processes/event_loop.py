"""In: a coroutine. Out: what it returns, run by the fastest event loop there is here. I/O.

A thousand meters a second are some ten thousand small things a second for the loop: uvloop spares
a tenth of the processor time (decision 0041). It is not made for Windows, where asyncio's own
does the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in a loop of its own; raises what it raises."""
    with asyncio.Runner(loop_factory=_fastest()) as runner:
        return runner.run(work)


def _fastest() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the loop; None makes asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
