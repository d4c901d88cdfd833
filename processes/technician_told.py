"""In: a key and its values. Out: an error that says why in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from energy.base.errors import EnergyError, RefusedError
from energy.base.text import catalogue, t


class ToldError(EnergyError):
    """An error whose message stands in the catalogue, if it was made by `of`."""

    PART: ClassVar[str] = "field_why"
    """Part of the catalogue: `<PART>.<key>`."""
    key: str = ""
    values: Mapping[str, object] = {}

    @classmethod
    def of(cls, key: str, **values: object) -> Self:
        """Return the error with a text of the catalogue.

        Args:
            key: Of the text, without its part.
            values: What fills its places; one that is itself a key of the catalogue is filled
                with that text.
        """
        error = cls(_text("en", f"{cls.PART}.{key}", values))
        error.key, error.values = f"{cls.PART}.{key}", values
        return error

    def told(self, language: str) -> str:
        """Return the message in a language; as it was made where it stands in no catalogue."""
        return _text(language, self.key, self.values) if self.key else str(self)


def _text(language: str, key: str, values: Mapping[str, object]) -> str:
    filled = {
        name: t(language, value) if isinstance(value, str) and value in catalogue() else value
        for name, value in values.items()
    }
    return t(language, key, **filled)


class NoContactError(ToldError):
    """A device did not answer."""

    code = "field.no_contact"


class FieldRefusedError(ToldError, RefusedError):
    """A technician's command was refused; nothing was written."""

    code = "field.refused"
