"""In: answers and refusals of a device. Out: what is known of its registers. Pure.

One register is asked for once: what was answered serves every candidate that wants it, and a
range that was refused bars every wider one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Seen:
    """What is known of the registers of one device."""

    words: dict[tuple[int, int], int] = field(default_factory=dict)
    """By function code and address."""
    refused: list[tuple[int, int, int]] = field(default_factory=list)
    """Function code, first register and the one behind the last."""

    def take(self, function_code: int, address: int, registers: Sequence[int]) -> None:
        """Keep an answer."""
        for place, word in enumerate(registers):
            self.words[function_code, address + place] = word

    def refuse(self, function_code: int, address: int, count: int) -> None:
        """Keep that the device does not give these registers in one answer."""
        self.refused.append((function_code, address, address + count))

    def get(self, function_code: int, address: int, count: int) -> tuple[int, ...] | None:
        """Return registers that were answered, None when one of them was not."""
        words = self.words
        wanted = range(address, address + count)
        if all((function_code, place) in words for place in wanted):
            return tuple(words[function_code, place] for place in wanted)
        return None

    def bars(self, function_code: int, address: int, count: int) -> bool:
        """Return whether a refusal already answers this read."""
        end = address + count
        return any(
            code == function_code and address <= first and last <= end
            for code, first, last in self.refused
        )

    def settled(self, function_code: int, address: int, count: int) -> bool:
        """Return whether asking would tell nothing new."""
        return self.get(function_code, address, count) is not None or self.bars(
            function_code, address, count
        )
