"""In: a PDF as typst writes it. Out: the same with other XMP metadata, appended. Pure.

An incremental update: nothing of the file is read but its table of objects, nothing is written but
one object and its place. So a file of any size takes a millisecond, and the first bytes stay.
"""

from __future__ import annotations

import re

from billing.errors import DocumentError

_TAIL = re.compile(
    rb"trailer\s*<<(?P<trailer>.*?)>>\s*startxref\s*(?P<at>\d+)\s*%%EOF\s*$", re.DOTALL
)
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_METADATA = re.compile(rb"/Metadata (\d+) 0 R")
_SECTION = re.compile(rb"xref\s+0 (\d+)\s*\r?\n")
_ENTRY = 20
"""Octets of a row of the table."""
_MOST_TRAILER = 2048


class PdfFile:
    """One file with a classic table of objects."""

    def __init__(self, pdf: bytes) -> None:
        """Read where its objects are.

        Args:
            pdf: As typst writes it.

        Raises:
            DocumentError: It is written in another way.
        """
        self._pdf = pdf
        tail = _TAIL.search(pdf[-_MOST_TRAILER:])
        if tail is None:
            raise _unknown()
        self._trailer, self._at = tail["trailer"], int(tail["at"])
        section = _SECTION.match(pdf, self._at)
        if section is None:
            raise _unknown()
        self._first_entry, self._objects = section.end(), int(section[1])

    def metadata(self) -> tuple[int, str]:
        """Return the number of the metadata's object, and the XMP.

        Raises:
            DocumentError: There is none.
        """
        root = _ROOT.search(self._trailer)
        found = _METADATA.search(self._object(int(root[1]))) if root else None
        if found is None:
            raise _unknown()
        number = int(found[1])
        text = self._object(number)
        begins = text.index(b"stream") + len(b"stream")
        return number, text[begins : text.rindex(b"endstream")].strip().decode()

    def with_metadata(self, number: int, xmp: bytes) -> bytes:
        """Return the file with another XMP in the place of an object.

        Args:
            number: Of the metadata's object.
            xmp: UTF-8, not compressed: a reader of PDF/A finds it without unpacking.
        """
        at = len(self._pdf)
        head = f"{number} 0 obj\n<</Type/Metadata/Subtype/XML/Length {len(xmp)}>>\nstream\n"
        body = head.encode() + xmp + b"\nendstream\nendobj\n"
        table = f"xref\n{number} 1\n{at:010d} 00000 n \ntrailer\n<<".encode()
        end = f"/Prev {self._at}>>\nstartxref\n{at + len(body)}\n%%EOF\n".encode()
        return self._pdf + body + table + self._trailer + end

    def _object(self, number: int) -> bytes:
        """Return the text of an object."""
        if not 0 < number < self._objects:
            raise _unknown()
        entry = self._first_entry + number * _ENTRY
        begins = int(self._pdf[entry : entry + 10])
        return self._pdf[begins : self._pdf.index(b"endobj", begins)]


def _unknown() -> DocumentError:
    return DocumentError(
        "The PDF has no table of objects that can be added to. Set it by `documents.papers`."
    )
