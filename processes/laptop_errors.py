"""In: nothing. Out: the base of what a laptop, or the server for it, refuses. Pure."""

from __future__ import annotations

from processes.technician_told import FieldRefusedError


class LaptopError(FieldRefusedError):
    """Something about a laptop is refused; its texts stand in the catalogue `laptop`."""

    code = "laptop"
    PART = "laptop_why"
