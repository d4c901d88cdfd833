"""In: places to fall. Out: acts killed between what they stored and their answer. I/O: none.

A process that dies there has stored all and told nobody: whoever asked says the same again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest

from energy.base.aggregate import JournalAggregate
from energy.journal.application import JournalApplication


class KilledError(BaseException):
    """The process died behind a store; no `except Exception` may live on."""


@dataclass
class Cuts:
    """Lets about one store in `every` be the last thing that a process did."""

    every: int = 0
    """0: none falls."""
    seed: int = 0
    killed: int = 0
    stores: int = 0
    _inside: bool = False
    _luck: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._luck = np.random.default_rng(self.seed)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand behind every store of a journal."""
        real = JournalApplication.store

        def store(application: JournalApplication, *aggregates: JournalAggregate) -> int:
            fresh = any(each.pending_events for each in aggregates)
            position = real(application, *aggregates)
            if fresh:
                self._behind()
            return position

        monkeypatch.setattr(JournalApplication, "store", store)

    def _behind(self) -> None:
        self.stores += 1
        if self._inside and self.every and self._luck.integers(self.every) == 0:
            self.killed += 1
            raise KilledError

    @contextmanager
    def falling(self) -> Iterator[None]:
        """Let stores be cut inside: acts of people, which are said again."""
        self._inside = True
        try:
            yield
        finally:
            self._inside = False
