"""In: a sale, the card maker's command. Out: its answer by the exit code. I/O: a process.

`PROGRAM write --sale ID --card NO ...` writes a card, `PROGRAM ask --sale ID ...` says whether it
was written. Exit code 0: written; 1: certainly not written; anything else, or no end in time:
nobody knows. The first row of its output is kept as proof.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.ic_card.orders import FIELDS, NOT_WRITTEN, UNKNOWN, WRITTEN, proof_of

_WORDS = {0: WRITTEN, 1: NOT_WRITTEN}


@dataclass(frozen=True, slots=True)
class CommandHook:
    """Hands sales over to a command."""

    command: Sequence[str]
    """Program and its own arguments."""
    timeout_s: float
    """How long it may take. [s]"""
    name: str = "command"

    def write(self, order: Mapping[str, str]) -> tuple[str, str]:
        """Let the command write a sale to its card."""
        return self._run("write", order)

    def ask(self, order: Mapping[str, str]) -> tuple[str, str]:
        """Let the command say whether a sale was written."""
        return self._run("ask", order)

    def _run(self, verb: str, order: Mapping[str, str]) -> tuple[str, str]:
        options = [part for key in FIELDS for part in (f"--{key}", order[key])]
        try:
            done = subprocess.run(
                [*self.command, verb, *options],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self.timeout_s,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return UNKNOWN, f"no end within {self.timeout_s:g} s"
        except OSError as error:  # it never ran
            return NOT_WRITTEN, f"{self.command[0]}: {error.strerror or error}"
        word = _WORDS.get(done.returncode, UNKNOWN)
        told = proof_of(done.stdout.strip() or done.stderr.strip())
        return word, told if word != UNKNOWN else f"exit code {done.returncode}. {told}".strip()
