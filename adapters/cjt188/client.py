"""In: a meter. Out: the values of its answer, or a named failure. I/O: a link.

It reads and nothing else: every question is made by frame.Asked, which knows no code that writes.
Each question bears a fresh sequence number, which a late answer to an older one does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.bcd import digits
from adapters.cjt188.frame import ANY_TYPE, ANYBODY, OWN_ADDRESS, Asked, Control, judge
from adapters.octet_ask import Question, ask
from adapters.octets import OctetLink

PROTOCOL = "cjt188"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A meter that answered to anybody."""

    type: int
    """10H cold water, 20H heat, 30H gas and so on."""
    meter: str
    """Fourteen digits, highest first."""
    low_first: bool
    """Whether it writes identifiers low byte first."""


class Cjt188Client:
    """Asks the meters of one bus."""

    def __init__(self, link: OctetLink, *, timeout_s: float = 1.5) -> None:
        """Take the bus.

        Args:
            link: The bus; it serves one question at a time.
            timeout_s: Longest wait for one whole answer. [s]
        """
        self.link = link
        self._timeout_s = timeout_s
        self._sequence = 0

    async def read(
        self,
        meter: str,
        *,
        type_: int,
        size: int,
        low_first: bool = False,
        repeats: bool = True,
    ) -> bytes:
        """Return the present values of a meter.

        Args:
            meter: Address, fourteen digits, highest first.
            type_: Kind of meter.
            size: Bytes of its values. [byte]
            low_first: Whether it takes identifiers low byte first.
            repeats: Whether it repeats the sequence number.

        Raises:
            AskFailedError: Names the fault; nothing of the answer may be used.
        """
        return await self._ask(
            Asked(
                type=type_,
                meter=meter,
                control=Control.READ,
                sequence=self._next(),
                low_first=low_first,
                repeats=repeats,
                size=size,
            )
        )

    async def address(self, *, low_first: bool = False) -> Met:
        """Return the only meter on the bus.

        Args:
            low_first: Whether to write the identifier low byte first.

        Raises:
            AskFailedError: Nobody answers, or several at once (their answers are damaged).
        """
        answer = await self._ask(
            Asked(
                type=ANY_TYPE,
                meter=ANYBODY,
                control=Control.READ_ADDRESS,
                sequence=self._next(),
                identifier=OWN_ADDRESS,
                low_first=low_first,
                repeats=False,
            )
        )
        return Met(type=answer[0], meter=digits(answer[1:]), low_first=low_first)

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) % 256
        return self._sequence

    async def _ask(self, asked: Asked) -> bytes:
        question = Question(
            protocol=PROTOCOL,
            whom=f"meter {asked.meter} type {asked.type:02X}H identifier {asked.identifier}",
            octets=asked.octets(),
            judge=lambda received: judge(received, asked),
        )
        return await ask(self.link, question, self._timeout_s)
