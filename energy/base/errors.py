"""In: what went wrong. Out: one exception tree whose messages name cause and next step. Pure.

The tree (each room adds its own branch beside its code)::

    EnergyError
    +- ConfigError            a setting is wrong; nothing was started
    +- SiteFileError          a site file is wrong; nothing was written
    +- RefusedError           a command was refused; nothing was written
    |  +- UnknownMeterError   a command named a meter that the site does not have
    |  +- NotPermittedError   the person lacks the role
    +- StoreError             the database cannot be used (energy/store/errors.py)
    +- JournalError           the journal refused or found damage
       +- ConflictError       somebody else changed the same thing first

A data problem (a gap, a jump) is no error but a row: see energy/base/finding.py.
"""

from __future__ import annotations

from typing import ClassVar, Self

from energy.base.text import Told, tell


class EnergyError(Exception):
    """Base of every error that a person may read; `code` is stable for machines.

    An error made by `of` is told in the reader's language; its own message is English.
    """

    code = "energy"
    PART: ClassVar[str] = "why"
    """Part of the catalogue that `of` looks in: `<PART>.<key>`."""
    message: Told | None = None

    @classmethod
    def of(cls, key: str, /, **values: object) -> Self:
        """Return the error with a text of the catalogue.

        Args:
            key: Of the text, without its part.
            values: What fills its places, as of `text.tell`; an error with what it tells.
        """
        message = tell(f"{cls.PART}.{key}", **values)
        error = cls(str(message))
        error.message = message
        return error

    def keep(self, key: str, /, **values: object) -> None:
        """Take a text of the catalogue as the message, where an error makes its own."""
        self.tell_anew(tell(f"{self.PART}.{key}", **values))

    def tell_anew(self, message: Told) -> None:
        """Take a text as the message."""
        self.message, self.args = message, (str(message),)

    def told(self, language: str) -> str:
        """Return the message for a reader; English where it stands in no catalogue.

        Args:
            language: "en" or "zh".
        """
        return self.message.told(language) if self.message is not None else str(self)


class ConfigError(EnergyError):
    """A setting is missing, unknown or wrong."""

    code = "config"


class SiteFileError(EnergyError):
    """A site file does not describe a site; lists every problem found."""

    code = "site_file"

    def __init__(self, problems: list[str]) -> None:
        """Join the problems into one message, one a row."""
        self.problems = problems
        rows = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(
            f"The site file has {len(problems)} problem(s); nothing was written:\n{rows}\n"
            "Mend the file and run `site init` again."
        )


class RefusedError(EnergyError):
    """A command was refused; nothing was written.

    A refusal without a class of its own has the key of its text as code.
    """

    code = "refused"

    @classmethod
    def of(cls, key: str, /, **values: object) -> Self:
        """Return the refusal with a text of the catalogue, as `EnergyError.of`."""
        error = super().of(key, **values)
        if cls is RefusedError:
            error.code = key
        return error


class UnknownMeterError(RefusedError):
    """A command named a metering point that the site does not have."""

    code = "meter.unknown"

    def __init__(self, point: str) -> None:
        """Name the point and where the known ones are listed."""
        super().__init__()
        self.keep("meter.unknown", point=point)


class NotPermittedError(RefusedError):
    """The signed-in person lacks the role for a command."""

    code = "not_permitted"


class JournalError(EnergyError):
    """The journal refused an entry or found damage."""

    code = "journal"


class ConflictError(JournalError):
    """Somebody else changed the same aggregate first; load it again and repeat."""

    code = "journal.conflict"
