"""One real OPC UA server for all tests of the folder, where the extra is installed."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.fixtures.ports import free_port

if TYPE_CHECKING:
    from tests.adapters.opcua.opcua_server import MeterServer


@pytest.fixture(scope="package")
def run() -> Iterator[Callable[[Awaitable[object]], object]]:
    """One event loop for the server and all who ask it."""
    with asyncio.Runner() as runner:
        yield runner.run  # type: ignore[misc]


@pytest.fixture(scope="package")
def server(run: Callable) -> Iterator[MeterServer]:
    from tests.adapters.opcua.opcua_server import MeterServer

    made = run(MeterServer().start(port=free_port()))
    gc.freeze()  # half a million objects of its own: to walk them stops the one loop for a second
    yield made
    gc.unfreeze()
    run(made.stop())
