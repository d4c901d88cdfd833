"""In: a short message. Out: its PDU for a modem; and what a modem holds, read. Pure.

3GPP TS 23.040: SMS-SUBMIT is written, SMS-DELIVER and SMS-STATUS-REPORT are read. Numbers stand
as digits in pairs, swapped; septets are packed into octets without a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from energy.alerting.notices.gateway import ReceiptState
from energy.base.sms_text import (
    Alphabet,
    alphabet_of,
    chain_header,
    of_septets,
    segments_of,
    septets_of,
)

INTERNATIONAL = 0x91
_ALPHANUMERIC = 0xD0
_SUBMIT, _RELATIVE_VALIDITY, _WANTS_REPORT, _HAS_HEADER = 0x01, 0x10, 0x20, 0x40
_DAY = 0xA7
"""Validity of 24 hours (9.2.3.12.1)."""
_FILL = 0xF


@dataclass(frozen=True, slots=True)
class Submit:
    """A message for AT+CMGS."""

    octets: bytes
    """The length of the centre's number (none), then the PDU."""

    @property
    def length(self) -> int:
        """Return what AT+CMGS is told: octets without the centre's number. [byte]."""
        return len(self.octets) - 1 - self.octets[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A message that a modem received."""

    sender: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a message that was sent."""

    number: int
    """Of the message (TP-MR), 0 to 255."""
    to: str
    """Its recipient's digits."""
    at: datetime
    state: ReceiptState
    status: int


def submits_of(text: str, digits: str, *, chain: int, report: bool) -> list[Submit]:
    """Return a text as the messages in which it is sent.

    Args:
        text: What it says.
        digits: Recipient with country, without a plus.
        chain: Number of its chain, 0 to 255.
        report: Whether to tell what becomes of each.
    """
    texts = segments_of(text)
    narrow = alphabet_of(text) is Alphabet.GSM7
    found = []
    for place, part in enumerate(texts, start=1):
        header = chain_header(chain, len(texts), place) if len(texts) > 1 else b""
        first = _SUBMIT | _RELATIVE_VALIDITY
        first |= (_WANTS_REPORT if report else 0) | (_HAS_HEADER if header else 0)
        address = bytes([len(digits), INTERNATIONAL]) + semi_octets(digits)
        if narrow:
            septets = septets_of(part)
            length = -(-len(header) * 8 // 7) + len(septets)
            content = header + packed(septets, len(header) * 8)
        else:
            content = header + part.encode("utf-16-be", "surrogatepass")
            length = len(content)
        tail = bytes([0, 0 if narrow else 8, _DAY, length])
        found.append(Submit(bytes([0, first, 0]) + address + tail + content))
    return found


def read(octets: bytes) -> Delivered | Report:
    """Return what a PDU of a modem's store is.

    Raises:
        ValueError: It is neither a message received nor a status report.
    """
    try:
        body = octets[1 + octets[0] :]
        match body[0] & 3:
            case 0:
                return _delivered(body)
            case 2:
                return _report(body)
    except IndexError as error:
        raise ValueError("it ends too early") from error
    raise ValueError(f"a message of type {body[0] & 3}")


def semi_octets(digits: str) -> bytes:
    """Return digits in swapped pairs, an odd one filled up with F."""
    even = digits if len(digits) % 2 == 0 else f"{digits}F"
    return bytes(int(even[at + 1] + even[at], 16) for at in range(0, len(even), 2))


def digits_in(octets: bytes) -> str:
    """Return the digits of swapped pairs; ValueError where one is none."""
    nibbles = [nibble for octet in octets for nibble in (octet & 0xF, octet >> 4)]
    if nibbles and nibbles[-1] == _FILL:
        nibbles.pop()
    if any(nibble > 9 for nibble in nibbles):
        raise ValueError(f"{octets.hex()} are no digits")
    return "".join(map(str, nibbles))


def packed(septets: bytes, behind: int = 0) -> bytes:
    """Return septets packed into octets.

    Args:
        septets: One in an octet.
        behind: Bits of a header before them; they begin at the next multiple of seven. [bit]
    """
    fill = -behind % 7
    bits = 0
    for place, septet in enumerate(septets):
        bits |= septet << (7 * place + fill)
    return bits.to_bytes((7 * len(septets) + fill + 7) // 8, "little")


def unpacked(octets: bytes, number: int, behind: int = 0) -> bytes:
    """Return packed septets, one in an octet.

    Args:
        octets: Behind the header.
        number: Of septets.
        behind: Bits of the header. [bit]
    """
    bits = int.from_bytes(octets, "little") >> (-behind % 7)
    return bytes(bits >> (7 * place) & 0x7F for place in range(number))


def _address(octets: bytes, at: int) -> tuple[str, int]:
    """Return the number or name at a place, and where it ends."""
    length, kind = octets[at], octets[at + 1]
    end = at + 2 + (length + 1) // 2
    part = octets[at + 2 : end]
    if len(part) < (length + 1) // 2:
        raise ValueError("it ends in a number")
    if kind & 0xF0 == _ALPHANUMERIC:
        return of_septets(unpacked(part, length * 4 // 7)), end
    return ("+" if kind == INTERNATIONAL else "") + digits_in(part), end


def _instant(octets: bytes) -> datetime:
    """Return a time stamp of seven octets (9.2.3.11)."""
    if len(octets) != 7:
        raise ValueError("it ends in a time stamp")
    digits = digits_in(octets[:6])
    quarters = (octets[6] & 7) * 10 + (octets[6] >> 4)
    zone = timezone(timedelta(minutes=15 * (-quarters if octets[6] & 8 else quarters)))
    return datetime.strptime(digits, "%y%m%d%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def _delivered(body: bytes) -> Delivered:
    sender, at = _address(body, 1)
    coding, when = body[at + 1], _instant(body[at + 2 : at + 9])
    length, content = body[at + 9], body[at + 10 :]
    header = content[0] + 1 if body[0] & _HAS_HEADER else 0
    if coding & 0x0C == 0x08:
        text = content[header:length].decode("utf-16-be", "replace")
    else:
        skipped = -(-header * 8 // 7)
        text = of_septets(unpacked(content[header:], max(length - skipped, 0), header * 8))
    return Delivered(sender=sender, text=text, at=when)


def _report(body: bytes) -> Report:
    to, at = _address(body, 2)
    _, when, status = (
        _instant(body[at : at + 7]),
        _instant(body[at + 7 : at + 14]),
        body[at + 14],
    )
    state = ReceiptState.ON_ITS_WAY
    if status < 0x20:
        state = ReceiptState.DELIVERED
    elif status >= 0x40:
        state = ReceiptState.FAILED
    return Report(number=body[1], to=to.removeprefix("+"), at=when, state=state, status=status)
