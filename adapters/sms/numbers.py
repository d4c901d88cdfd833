"""In: a telephone number. Out: as a gateway writes it, and back to E.164. Pure."""

from __future__ import annotations

import re

from energy.alerting.notices.gateway import GatewayRefusedError

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def digits_of(number: str) -> str:
    """Return the digits of a number with its country, without a plus.

    Raises:
        GatewayRefusedError: It is no number as E.164 has it.
    """
    if not _E164.fullmatch(number):
        raise GatewayRefusedError("no telephone number with its country, as +8613800138000")
    return number[1:]


def e164_of(number: str) -> str:
    """Return a sender's number with plus and country; as it stands where it is a short code.

    A mobile number without its country, as CMPP gateways write it, is a Chinese one.
    """
    bare = number.removeprefix("+")
    if _CHINESE_MOBILE.fullmatch(bare):
        return f"+86{bare}"
    return f"+{bare}" if _E164.fullmatch(f"+{bare}") and len(bare) > 9 else number
