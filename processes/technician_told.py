"""In: a key and its values. Out: an error that says why in the reader's language. Pure."""

from __future__ import annotations

from energy.base.errors import EnergyError, RefusedError


class ToldError(EnergyError):
    """An error of the field, its texts in a part of their own."""

    PART = "field_why"


class NoContactError(ToldError):
    """A device did not answer."""

    code = "field.no_contact"


class FieldRefusedError(ToldError, RefusedError):
    """A technician's command was refused; nothing was written."""

    code = "field.refused"
