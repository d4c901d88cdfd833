"""In: nothing. Out: the base of what a laptop, or the server for it, refuses. Pure."""

from __future__ import annotations

from typing import Self

from processes.technician_told import FieldRefusedError

LAPTOP = "METERLINE_LAPTOP"
"""Names the laptop's folder."""


class LaptopError(FieldRefusedError):
    """Something about a laptop is refused; its texts stand in the catalogue `laptop`.

    A refusal without a class of its own has `laptop.` and the key of its text as code.
    """

    code = "laptop"
    PART = "laptop_why"

    @classmethod
    def of(cls, key: str, /, **values: object) -> Self:
        """Return the refusal with a text of the catalogue, as `EnergyError.of`."""
        error = super().of(key, **values)
        if cls is LaptopError:
            error.code = f"laptop.{key}"
        return error
