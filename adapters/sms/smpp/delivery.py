"""In: a deliver_sm of a message centre. Out: the receipt or reply that it is. Pure.

A receipt says it twice: in optional parameters (SMPP 3.4, 5.3.2.12 and 5.3.2.35) and in the text
of appendix B. The parameters count where they are there.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy.alerting.notices.gateway import ReceiptState
from energy.base.sms_text import of_septets

RECEIPT = 0x04
"""Bit of esm_class: a delivery receipt."""
HEADER = 0x40
"""Bit of esm_class: the message begins with a header."""
ON_ITS_WAY = ReceiptState.ON_ITS_WAY
STATES = {
    1: ON_ITS_WAY, 2: ReceiptState.DELIVERED, 3: ReceiptState.FAILED, 4: ReceiptState.FAILED,
    5: ReceiptState.FAILED, 6: ON_ITS_WAY, 7: ON_ITS_WAY, 8: ReceiptState.FAILED,
}  # fmt: skip
"""message_state -> state (5.2.28): 7 is unknown, which says nothing."""
WORDS = {
    "ENROUTE": ON_ITS_WAY, "DELIVRD": ReceiptState.DELIVERED, "EXPIRED": ReceiptState.FAILED,
    "DELETED": ReceiptState.FAILED, "UNDELIV": ReceiptState.FAILED, "ACCEPTD": ON_ITS_WAY,
    "UNKNOWN": ON_ITS_WAY, "REJECTD": ReceiptState.FAILED,
}  # fmt: skip
"""Word of a receipt's text -> state (appendix B)."""
_ID = re.compile(rb"\bid:\s*([^\s]+)")
_STATE = re.compile(rb"\bstat:\s*([A-Z]+)", re.IGNORECASE)
_DONE = re.compile(rb"\bdone date:\s*(\d{10}(?:\d{2})?)\b")
_ERROR = re.compile(rb"\berr:\s*(\w+)")
_UCS2 = 8
_LATIN = 3


def content_of(packet: Any) -> bytes:
    """Return the octets of a message, wherever they stand, without their header."""
    octets = bytes(packet.message_payload or packet.short_message or b"")
    if packet.esm_class & HEADER and octets:
        return octets[octets[0] + 1 :]
    return octets


def text_of(packet: Any) -> str:
    """Return the text of a message; what cannot be read in it is a replacement sign."""
    octets = content_of(packet)
    if packet.data_coding == _UCS2:
        return octets.decode("utf-16-be", "replace")
    if packet.data_coding == _LATIN:
        return octets.decode("latin-1")
    return of_septets(bytes(octet & 0x7F for octet in octets))


def receipt_of(packet: Any) -> tuple[str, ReceiptState, str]:
    """Return name, state and reason of a receipt; ValueError where it names no message."""
    content = content_of(packet)
    named = _ID.search(content)
    reference = bytes(packet.receipted_message_id or (named[1] if named else b""))
    if not reference:
        raise ValueError("a receipt without the name of its message")
    word = _STATE.search(content)
    stated = word[1].decode().upper()[:7] if word else ""
    state = STATES.get(packet.message_state) or WORDS.get(stated, ON_ITS_WAY)
    error = _ERROR.search(content)
    reason = " ".join([stated, f"err:{error[1].decode()}" if error else ""]).strip()
    name = reference.rstrip(b"\0").decode("ascii", "replace")
    return name, state, reason if state is ReceiptState.FAILED else ""


def done_at(packet: Any, zone: ZoneInfo) -> datetime | None:
    """Return when a receipt says that it was done; None where it does not.

    Args:
        packet: The receipt.
        zone: Of the message centre, whose clock it is.
    """
    found = _DONE.search(content_of(packet))
    if found is None:
        return None
    digits = found[1].decode().ljust(12, "0")
    try:
        local = datetime.strptime(digits, "%y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(UTC)
