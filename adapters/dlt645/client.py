"""In: a meter and an identifier. Out: exactly that value's bytes, or a named failure. I/O: a link.

It reads and nothing else: every question is made by frame.Asked, which knows no code that writes.
"""

from __future__ import annotations

from adapters.bcd import digits
from adapters.dlt645.frame import ANYBODY, Asked, Control, judge
from adapters.link_fault import AskFailedError, LinkFault
from adapters.octet_ask import Question, ask
from adapters.octets import OctetLink

PROTOCOL = "dlt645"
MOST_FOLLOWING = 16
"""Frames that may follow the first: 3 kB, more than any value of the standard."""


class Dlt645Client:
    """Asks the meters of one bus."""

    def __init__(self, link: OctetLink, *, timeout_s: float = 1.5) -> None:
        """Take the bus.

        Args:
            link: The bus; it serves one question at a time.
            timeout_s: Longest wait for one whole answer; the standard gives the meter 0.5 s to
                begin and 0.5 s between bytes. [s]
        """
        self.link = link
        self._timeout_s = timeout_s

    async def read(self, meter: str, identifier: str, *, size: int | None = None) -> bytes:
        """Return the bytes of a value, following frames joined.

        Args:
            meter: Address, twelve digits, highest first; an A stands for any digit.
            identifier: Eight hexadecimal digits, highest first.
            size: Bytes of the value where they are known. [byte]

        Raises:
            AskFailedError: Names the fault; nothing of the answer may be used.
        """
        first = Asked(meter=meter, control=Control.READ, identifier=identifier, size=size)
        answer = await self._ask(first)
        value = answer[1:]
        sequence = 0
        while answer[0]:
            sequence += 1
            if sequence > MOST_FOLLOWING:
                raise self._wrong_length(meter, identifier, "a value that never ends")
            following = Asked(
                meter=meter, control=Control.READ_MORE, identifier=identifier, sequence=sequence
            )
            answer = await self._ask(following)
            value += answer[1:]
        if size is not None and len(value) != size:
            raise self._wrong_length(meter, identifier, f"a value of {len(value)} byte(s)")
        return value

    async def address(self) -> str:
        """Return the address of the only meter on the bus.

        Raises:
            AskFailedError: Nobody answers, or several at once (their answers are damaged).
        """
        return digits(await self._ask(Asked(meter=ANYBODY, control=Control.READ_ADDRESS)))

    async def _ask(self, asked: Asked) -> bytes:
        what = f"identifier {asked.identifier}" if asked.identifier else "address"
        question = Question(
            protocol=PROTOCOL,
            whom=f"meter {asked.meter} {what}",
            octets=asked.octets(),
            judge=lambda received: judge(received, asked),
        )
        return await ask(self.link, question, self._timeout_s)

    def _wrong_length(self, meter: str, identifier: str, what: str) -> AskFailedError:
        self.link.drain()
        where = f"{self.link.where} meter {meter} identifier {identifier}"
        return AskFailedError(PROTOCOL, LinkFault.WRONG_LENGTH, where, what)
