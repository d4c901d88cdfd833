"""In: a sale, a folder shared with the card maker's program. Out: its answer. I/O: files.

The order is `sale-<id>.json`; the program writes the card and answers with `sale-<id>.done` or
`sale-<id>.failed` beside it. An order stands there once: a file that is there already is never
written again, so the program sees each sale one time however often it is handed over.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.ic_card.orders import NOT_WRITTEN, UNKNOWN, WRITTEN, content_of, name_of, proof_of
from energy.base.clock import monotonic_s, wait

LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class VendorFolder:
    """Hands sales over in a folder."""

    folder: Path
    timeout_s: float
    """How long an answer is waited for. [s]"""
    name: str = "file"

    def write(self, order: Mapping[str, str]) -> tuple[str, str]:
        """Hand a sale over and wait for the answer.

        A sale that failed before is handed over anew: the old answer is set aside.

        Raises:
            OSError: The folder cannot be written.
        """
        name = name_of(order)
        if self._answer(name)[0] == NOT_WRITTEN:
            self._set_aside(name, order["attempt"])
        path = self.folder / f"{name}.json"
        if not path.exists():
            self._place(path, content_of(order))
        until_s = monotonic_s() + self.timeout_s
        while (told := self._answer(name))[0] == UNKNOWN and monotonic_s() < until_s:
            wait(LOOK_EVERY_S)
        return told

    def ask(self, order: Mapping[str, str]) -> tuple[str, str]:
        """Say whether a sale was written; one that was never handed over was not.

        Raises:
            OSError: The folder cannot be read.
        """
        name = name_of(order)
        told = self._answer(name)
        if told[0] == UNKNOWN and not (self.folder / f"{name}.json").exists():
            if not self.folder.is_dir():
                return UNKNOWN, f"{self.folder} is no folder"
            return NOT_WRITTEN, "never handed over"
        return told

    def _answer(self, name: str) -> tuple[str, str]:
        for ending, word in ((".done", WRITTEN), (".failed", NOT_WRITTEN)):
            path = self.folder / f"{name}{ending}"
            if path.exists():
                return word, proof_of(path.read_text(encoding="utf-8", errors="replace"))
        return UNKNOWN, "no answer yet"

    def _set_aside(self, name: str, attempt: str) -> None:
        """Keep a failed try under another name; the order first, so that it is never seen anew."""
        for ending in (".json", ".failed"):
            path = self.folder / f"{name}{ending}"
            if path.exists():
                path.rename(self.folder / f"{name}.before-{attempt}{ending}.old")

    def _place(self, path: Path, content: str) -> None:
        """Write a file whole or not at all, and safe on disk."""
        fresh = path.with_suffix(".part")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
