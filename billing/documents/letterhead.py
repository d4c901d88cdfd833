"""In: who a billing entity is on paper. Out: its letterhead, as values and as JSON. Pure.

Logo and seal are pictures; the books keep their hashes, the site's store their bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from billing.errors import DocumentError

_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"<svg": "svg", b"<?xml": "svg"}
MOST_OCTETS = 512 * 1024
"""Of a picture; a larger one would make every paper as large. [octet]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A logo or the image of a seal."""

    content: bytes

    def __post_init__(self) -> None:
        """Refuse what cannot be set.

        Raises:
            DocumentError: It is no PNG, JPEG or SVG, or too large.
        """
        if self.suffix == "" or len(self.content) > MOST_OCTETS:
            raise DocumentError(
                f"The picture ({len(self.content)} octets) cannot stand on a paper. Use a PNG, "
                f"JPEG or SVG of at most {MOST_OCTETS} octets."
            )

    @property
    def suffix(self) -> str:
        """Return what its file name ends with; "" where it is no known picture."""
        found = (kind for begin, kind in _KINDS.items() if self.content.startswith(begin))
        return next(found, "")

    @property
    def sha256(self) -> str:
        """Return the hash of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    """Where money is to be paid."""

    holder: str
    number: str
    """IBAN or account number."""
    bank: str
    code: str = ""
    """BIC, or the number of the bank's clearing system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes: head, foot, bank and seal of every paper of a billing entity."""

    name: str
    address: str = ""
    """Rows are separated by a newline."""
    city: str = ""
    postcode: str = ""
    country: str = ""
    """Two letters (ISO 3166); an e-invoice needs it."""
    tax_number: str = ""
    phone: str = ""
    mail: str = ""
    website: str = ""
    foot: str = ""
    """A sentence below every page, such as the register of companies."""
    banks: tuple[BankDetails, ...] = ()
    logo: Picture | None = None
    seal: Picture | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON values, the pictures by their hashes."""
        texts = {name: getattr(self, name) for name in _TEXTS}
        banks = [{name: getattr(bank, name) for name in _BANK} for bank in self.banks]
        return texts | {
            "banks": banks,
            "logo_sha256": self.logo.sha256 if self.logo else "",
            "seal_sha256": self.seal.sha256 if self.seal else "",
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any], picture: Callable[[str], bytes]) -> Self:
        """Return the letterhead that `document` stored.

        Args:
            stored: The JSON values.
            picture: Returns the bytes of a hash.

        Raises:
            DocumentError: A picture is none.
        """
        pictures = {
            name: Picture(content=picture(stored[f"{name}_sha256"]))
            for name in ("logo", "seal")
            if stored.get(f"{name}_sha256")
        }
        return cls(
            **{name: stored.get(name, "") for name in _TEXTS},
            banks=tuple(BankDetails(**bank) for bank in stored.get("banks", ())),
            logo=pictures.get("logo"),
            seal=pictures.get("seal"),
        )


_TEXTS = (
    "name",
    "address",
    "city",
    "postcode",
    "country",
    "tax_number",
    "phone",
    "mail",
    "website",
    "foot",
)
_BANK = ("holder", "number", "bank", "code")
