"""In: a file of definitions (TOML). Out: its tables to be read, or every problem at once. Pure.

Formulas, shares and supply graphs are told by such files: one way to load them, one shape of error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from energy.base.errors import RefusedError
from energy.base.text import Told, Worded, tell
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.site_file_checker import Checker


class DefinitionFileError(RefusedError):
    """A file of definitions cannot be taken; lists every problem found."""

    TEXT: ClassVar[str]
    """Key of its text, filled with `many` and `problems`."""

    def __init__(self, problems: Sequence[Told | str]) -> None:
        """Join the problems into one message, one a row."""
        super().__init__()
        self.problems = [str(problem) for problem in problems]
        rows = [tell("why.definition.row", problem=problem) for problem in problems]
        self.keep(self.TEXT, many=len(problems), problems=rows)


def read_definitions(text: str, tables: set[str], wrong: type[DefinitionFileError]) -> Checker:
    """Return a checker of a file's tables.

    Args:
        text: The file's content.
        tables: Names that may stand at the top; another one is a problem of the checker.
        wrong: Raised when it is no TOML.

    Raises:
        DefinitionFileError: It is no TOML.
    """
    try:
        document = toml_of(text)
    except NoTomlError as error:
        raise wrong([tell("why.definition.no_toml", error=str(error))]) from error
    checker = Checker(document)
    checker.unknown_keys(document, tables, Worded.of("why.definition.file"))
    return checker
