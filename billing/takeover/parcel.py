"""In: checked rows of a workbook. Out: what two people sign: canonical text and its hash. Pure.

The hash is of the content, not of the file: the same rows in another workbook are the same
take-over, and one digit more is another.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

import zstandard

from billing.canonical import canonical_json, sha256_of
from billing.takeover.sheets import CONTENT, Sheet
from billing.takeover.totals import ControlTotal
from billing.takeover.workbook import Row, Sheets

LARGEST = 500_000_000
"""A parcel that unpacks to more is refused. [octet]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a take-over will write."""

    text: str
    """Canonical JSON."""

    @property
    def sha256(self) -> str:
        """Return the hash of the content."""
        return sha256_of(self.text)

    def packed(self) -> str:
        """Return it small, as text that can be sealed."""
        small = zstandard.ZstdCompressor(level=9).compress(self.text.encode())
        return base64.b64encode(small).decode()

    @classmethod
    def unpacked(cls, packed: str) -> Parcel:
        """Return the parcel that was packed."""
        content = base64.b64decode(packed)
        return cls(text=zstandard.ZstdDecompressor().decompress(content, LARGEST).decode())

    def sheets(self) -> dict[Sheet, list[Row]]:
        """Return the rows; they are numbered in the parcel."""
        told = json.loads(self.text)["sheets"]
        return {
            sheet: [Row(number=n, cells=cells) for n, cells in enumerate(told[sheet.value], 2)]
            for sheet in CONTENT
        }


def parcel_of(site: str, sheets: Sheets, totals: Sequence[ControlTotal]) -> Parcel:
    """Return what is signed of a workbook.

    Args:
        site: Key of the site.
        sheets: Checked rows.
        totals: Control totals, all agreeing.
    """
    content = {
        sheet.value: [{k: v for k, v in sorted(row.cells.items()) if v} for row in sheets[sheet]]
        for sheet in CONTENT
    }
    counted = [total.document() for total in totals]
    return Parcel(text=canonical_json({"site": site, "sheets": content, "totals": counted}))
