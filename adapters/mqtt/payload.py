"""In: the bytes of one message. Out: its JSON, strictly read, or a refusal. Pure.

Strict: size before anything else, then the declared encoding, depth, JSON without NaN or
duplicate keys. Fractions stay exact: they become decimals, never floats. A refusal says why and
what would have been right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adapters.strict_json import DuplicateKeyError, StrictJsonError, TooDeepError, parse_json

MAX_BYTES = 65_536
"""Largest payload that is parsed unless a mapping says otherwise. [byte]"""


class Encoding(StrEnum):
    """How the characters of a payload are written."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"


class Reason(StrEnum):
    """Why a message, or a value of it, is refused."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_GB18030 = "not_gb18030"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    DUPLICATE_KEY = "duplicate_key"
    NOT_SPARKPLUG = "not_sparkplug"
    MISSING_FIELD = "missing_field"
    NO_VALUE = "no_value"
    WRONG_DEVICE = "wrong_device"
    WRONG_ACCOUNT = "wrong_account"
    WRONG_COUNT = "wrong_count"
    WRONG_VALUE = "wrong_value"
    WRONG_UNIT = "wrong_unit"
    NOT_WHOLE = "not_whole"
    WRONG_TIME = "wrong_time"
    TIME_AHEAD = "time_ahead"
    TIME_TOO_OLD = "time_too_old"
    UNDATED = "undated"
    WRONG_ID = "wrong_id"
    CONFLICTING_ID = "conflicting_id"
    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_DEVICE = "unknown_device"
    BEFORE_BIRTH = "before_birth"
    SEQUENCE_GAP = "sequence_gap"
    UNKNOWN_ALIAS = "unknown_alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A message or value that gives no reading: why, and what to do."""

    reason: Reason
    detail: str


class RefusedError(Exception):
    """Carries a refusal up to where the message is judged; never leaves the adapter."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Carry a reason and its detail."""
        super().__init__(detail)
        self.refusal = Refusal(reason=reason, detail=detail)


def check_size(payload: bytes, max_bytes: int) -> None:
    """Refuse a payload by its size, before anything looks at it.

    Args:
        payload: The message as it came.
        max_bytes: Largest payload accepted. [byte]

    Raises:
        RefusedError: It is larger.
    """
    if len(payload) > max_bytes:
        detail = f"{len(payload)} bytes; the mapping accepts {max_bytes}"
        raise RefusedError(Reason.TOO_LARGE, detail)


def read_json(
    payload: bytes, *, max_bytes: int = MAX_BYTES, encoding: Encoding = Encoding.UTF_8
) -> object:
    """Return the JSON value of a payload: objects, lists, texts, int, Decimal, bool, None.

    Args:
        payload: The message as it came.
        max_bytes: Largest payload that is parsed. [byte]
        encoding: How its characters are written.

    Raises:
        RefusedError: Too large, wrong encoding, too deep, no strict JSON.
    """
    check_size(payload, max_bytes)
    try:
        text = payload.decode(encoding)
    except UnicodeDecodeError as error:
        reason = Reason.NOT_UTF8 if encoding is Encoding.UTF_8 else Reason.NOT_GB18030
        detail = f"no {encoding} at byte {error.start}; the mapping declares the encoding"
        raise RefusedError(reason, detail) from error
    try:
        return parse_json(text)
    except TooDeepError as error:
        raise RefusedError(Reason.TOO_DEEP, str(error)) from error
    except DuplicateKeyError as error:
        raise RefusedError(Reason.DUPLICATE_KEY, str(error)) from error
    except StrictJsonError as error:
        raise RefusedError(Reason.NOT_JSON, str(error)) from error
