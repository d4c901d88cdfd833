"""In: a key and what answers it. Out: the answer, worked out once for all who ask. Pure.

Bounded in entries and bytes: what was asked for longest ago goes first. While one works an answer
out, others who ask the same wait for it; a refusal reaches all of them and is not kept.
"""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

MOST_ENTRIES = 2_000
MOST_BYTES = 64 * 2**20
"""Room for the answers of one process. [byte]"""


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    size: int
    """[byte]"""


class KeptAnswers:
    """Answers by key, shared by the threads of a process."""

    def __init__(self, *, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        """Keep nothing yet.

        Args:
            most_entries: Most answers kept.
            most_bytes: Most room for them, as long as they would be when pickled. [byte]
        """
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._under_way: dict[Hashable, Future[Any]] = {}
        self._bytes = 0

    def get(self, key: Hashable, answer: Callable[[], Any]) -> Any:
        """Return what answers a key; worked out by one caller at a time.

        Args:
            key: All that the answer depends on.
            answer: Works it out; asks for no other key.

        Raises:
            Exception: What working it out raised, to every caller who waited.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept.value
            others = self._under_way.get(key)
            mine: Future[Any] = Future()
            if others is None:
                self._under_way[key] = mine
        if others is not None:
            return others.result()
        try:
            value = answer()
            size = len(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        except BaseException as error:
            with self._lock:
                del self._under_way[key]
            mine.set_exception(error)
            raise
        with self._lock:
            self._keep(key, _Kept(value, size))
            del self._under_way[key]
        mine.set_result(value)
        return value

    def _keep(self, key: Hashable, fresh: _Kept) -> None:
        self._kept[key] = fresh
        self._bytes += fresh.size
        while len(self._kept) > self._most_entries or self._bytes > self._most_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.size

    @property
    def room(self) -> tuple[int, int]:
        """Return how many answers are kept, and their size. [byte]."""
        with self._lock:
            return len(self._kept), self._bytes
