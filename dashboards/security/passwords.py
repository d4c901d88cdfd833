"""In: a password. Out: its argon2id hash, or whether it fits one. Pure but for the salt."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH = 12
MOST_LENGTH = 200
"""Longer ones are refused unread: hashing must stay cheap."""
_HASHER = PasswordHasher()
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$NA1xfUvLsBVrW1x6BgOtVg$"
    "WqQsl2iNtyc231T3tjTbpwZ/XWVHqTS4ngjNbthQ4Fg"
)
"""Hash that no password is looked for under: an unknown account costs the same time."""


def hashed(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _HASHER.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Return whether a password fits a hash; None takes as long and never fits."""
    try:
        typed = password[:MOST_LENGTH].encode("utf-8", "surrogatepass")  # no UTF-8 never fits
        _HASHER.verify(password_hash or _NOBODY, typed)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None and len(password) <= MOST_LENGTH


def weakness(new: str, again: str, *, old: str) -> str | None:
    """Return the text key of what is wrong with a new password, None when nothing is."""
    if new != again:
        return "change_password.differs"
    if len(new) < LEAST_LENGTH:
        return "change_password.short"
    if len(new) > MOST_LENGTH:
        return "change_password.long"
    if new == old:
        return "change_password.same"
    if len(set(new)) < 5:
        return "change_password.simple"
    return None
