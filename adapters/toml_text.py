"""In: a file that describes something. Out: its text, its TOML, or why there is none. I/O: reads.

The error is the reader's own, so that it tells what the file should be and what to do next.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.errors import FaultyFileError
from energy.base.toml_text import NoTomlError, toml_of


def text_in(path: Path, *, name: str, wrong: type[FaultyFileError]) -> str:
    """Return the text of a file.

    Args:
        path: The file.
        name: Its name for messages.
        wrong: Raised when it is no text.

    Raises:
        FaultyFileError: It cannot be read, or is not written in UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise wrong(name, [f"{path} cannot be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise wrong(name, [f"no UTF-8: {error}"]) from error


def table_in(text: str, *, name: str, wrong: type[FaultyFileError]) -> dict[str, Any]:
    """Return the table that a text is.

    Args:
        text: TOML.
        name: Name of its file for messages.
        wrong: Raised when it is none.

    Raises:
        FaultyFileError: It is no TOML.
    """
    try:
        return toml_of(text)
    except NoTomlError as error:
        raise wrong(name, [f"no TOML: {error}"]) from error
