"""In: what the system or a person broke off with. Out: the row a person reads of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from energy.base.errors import RefusedError
from energy.base.system_faults import fault_of, octet_of
from energy.base.text import t, told
from scripts.commands.help_words import word

_READING = frozenset(
    {
        *(("field", verb) for verb in ("scan", "probe", "check", "gaps", "points", "ports")),
        *(("meter", verb) for verb in ("list", "show", "history")),
        *(("site", verb) for verb in ("list", "tree", "usage")),
        *(("finding", "list"), ("review", "list"), ("review", "show"), ("db", "size")),
        *(("profile", verb) for verb in ("list", "show", "check", "docs")),
    }
)
"""Verbs that write nothing, wherever they are broken off."""


def file_refused(error: OSError, language: str) -> RefusedError:
    """Return the refusal of a file or folder that cannot be used.

    Args:
        error: Of the system, with the name of the file.
        language: Of the reader.
    """
    why = told(language, fault_of(error))
    return RefusedError(t(language, "cli.file.no_use", file=error.filename, why=why))


def no_text(error: UnicodeDecodeError, language: str) -> RefusedError:
    """Return the refusal of a file that is no UTF-8 text.

    Args:
        error: Of the reading.
        language: Of the reader.
    """
    why = octet_of(error).told(language)
    return RefusedError(t(language, "cli.file.no_text", why=why))


def interruption(place: Sequence[str], language: str) -> str:
    """Return what a person reads who pressed Ctrl+C.

    Args:
        place: Of the verb: ("field", "check").
        language: Of the reader.
    """
    reads = tuple(place) in _READING
    return word(language, "interrupted_reading" if reads else "interrupted")
