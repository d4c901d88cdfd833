"""In: a secret, an instant, what was typed. Out: the time step of a code that fits. Pure.

RFC 6238 with SHA-1, 30 s and six digits, as every authenticator program has it; RFC 4226 for the
code of a step. Recovery codes are 80 random bits, kept as their SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SKEW_STEPS = 1
"""A phone's clock may be off by so many steps either way. [30 s]"""
SECRET_BYTES = 20
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10


def new_secret() -> str:
    """Return a fresh secret. [base 32]."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_of(secret: str, step: int, *, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """Return the code of a time step (RFC 4226 5.3).

    Args:
        secret: Base 32.
        step: Steps of 30 s since 1970.
        digits: How long the code is.
        algorithm: Of the HMAC.
    """
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), algorithm).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: str, typed: str, at: datetime) -> int | None:
    """Return the time step whose code was typed, of the steps around an instant; None: no code.

    Args:
        secret: Base 32.
        typed: What a person typed; blanks do not count.
        at: The present.
    """
    now = int(at.timestamp()) // STEP_S
    code = "".join(typed.split())
    fitting = [
        step
        for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1)
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode("utf-8", "replace"))
    ]
    return fitting[0] if fitting else None


def address_of(secret: str, *, issuer: str, account: str) -> str:
    """Return the otpauth address that an authenticator program reads from a QR code."""
    label = quote(f"{issuer}:{account}")
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"


def new_recovery_codes() -> list[str]:
    """Return fresh recovery codes, as they are shown once."""
    made = (base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    return ["-".join(code.decode()[n : n + 4] for n in range(0, 16, 4)) for code in made]


def recovery_hash(code: str) -> bytes:
    """Return what is kept of a recovery code; blanks, hyphens and case do not count."""
    plain = "".join(each for each in code.upper() if each.isalnum())
    return hashlib.sha256(plain.encode()).digest()
