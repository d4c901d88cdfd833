"""In: names of the standard's values. Out: their identifiers, eight digits highest first. Pure.

DL/T 645-2007, annex A: class, kind, tariff, age. Age 00 is now, 01 to 0C the month ends before
(the meter's settlement days), newest first.
"""

from __future__ import annotations

MONTH_ENDS = 12
"""Month ends that a meter keeps."""
DAYS_KEPT = 62
"""Days whose freeze a meter keeps at most."""

CT_RATIO = "04000306"
VT_RATIO = "04000307"
ADDRESS = "04000401"
SERIAL = "04000402"
ASSET = "04000403"
PULSES_PER_KWH = "04000409"
DATE = "04000101"
TIME = "04000102"
SETTLEMENT_DAY = "04000B01"

_ERRORS = (
    "other error",
    "no such value",
    "wrong password or not permitted",
    "speed cannot be changed",
    "too many yearly zones",
    "too many daily periods",
    "too many tariffs",
)


def error_names(word: int) -> str:
    """Return the names of the bits of an error word."""
    names = [name for bit, name in enumerate(_ERRORS) if word >> bit & 1]
    return ", ".join(names) or "no bit set"


def month_end(identifier: str, back: int) -> str:
    """Return the identifier of a value as it was frozen at a month end.

    Args:
        identifier: Of the present energy or maximum demand.
        back: 1 for the newest month end, 12 for the oldest.
    """
    assert identifier[:2] in {"00", "01"} and identifier[-2:] == "00", "energy or maximum demand"
    assert 1 <= back <= MONTH_ENDS, "a meter keeps twelve month ends"
    return f"{identifier[:6]}{back:02X}"


def daily_freeze_time(back: int) -> str:
    """Return the identifier of the instant of a daily freeze; 1 is the newest."""
    assert 1 <= back <= DAYS_KEPT, "a meter keeps 62 daily freezes at most"
    return f"050600{back:02X}"


def daily_freeze(kind: str, back: int) -> str:
    """Return the identifier of a daily freeze of energies, total and tariffs in one block.

    Args:
        kind: "01" drawn, "02" fed back, as in the energy's own identifier.
        back: 1 for the newest.
    """
    assert 1 <= back <= DAYS_KEPT, "a meter keeps 62 daily freezes at most"
    return f"0506{kind}{back:02X}"
