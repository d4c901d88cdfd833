"""In: what went wrong between the field and the spool. Out: one branch of the error tree. Pure.

The branch::

    EnergyError
    +- AdapterError
       +- FaultyFileError        a file that describes something is wrong; nothing was started
       |  +- RegisterMapError    a register map
       |  +- MeterProfileError   a profile of a meter that is no register map (meter_profile.py)
       |  +- MappingError        a mapping of messages (mqtt/mapping_file.py)
       |  +- FileMappingError    a mapping of files (files/mapping_file.py)
       +- UnknownProfileError    a name is no profile's (profile_shelf.py)
       +- ReadFailedError        one read of one meter failed (adapters/modbus/frame.py)
       +- LinkDownError          a byte link cannot be opened now (adapters/octets.py)
       |  +- LinkHeldError       another program asks on the bus
       +- AnswerLostError        no whole answer came over a byte link
       +- AskFailedError         one question to one meter failed (adapters/link_fault.py)
       +- SpoolError             the spool cannot be used
          +- SpoolFullError      no room on its disk; nothing was half-written
          +- SpoolDamagedError   the file is damaged; a restart sets it aside
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from energy.base.errors import EnergyError


class AdapterError(EnergyError):
    """Base of every error between the field and the spool."""

    code = "adapter"


class FaultyFileError(AdapterError):
    """A file that describes something is wrong; lists every problem found."""

    code = "file"
    FAULTY: ClassVar[str] = "faulty.file"
    """Text that names the file, its problems and the next step."""

    def __init__(self, name: str, problems: list[str]) -> None:
        """Join the problems into one message, one a row."""
        self.problems = problems
        rows = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__()
        self.keep(self.FAULTY, name=name, number=len(problems), rows=rows)


class RegisterMapError(FaultyFileError):
    """A register map does not describe a product."""

    code = "modbus.register_map"
    FAULTY = "faulty.register_map"


class UnknownQuantityError(RegisterMapError):
    """A channel names a quantity that its register map does not have."""

    code = "modbus.unknown_quantity"


class SpoolError(AdapterError):
    """The spool cannot be used."""

    code = "spool"


class SpoolFullError(SpoolError):
    """The disk of the spool is full; nothing of the refused transaction was written."""

    code = "spool.full"

    def __init__(self, path: Path, cause: str) -> None:
        """Name the file, the cause and what to do."""
        super().__init__(
            f"The spool {path} cannot grow ({cause}); nothing was half-written and everything "
            "acknowledged is safe. Free space on its disk: collecting goes on by itself."
        )


class SpoolDamagedError(SpoolError):
    """The spool's file is damaged."""

    code = "spool.damaged"

    def __init__(self, path: Path, cause: str) -> None:
        """Name the file, the cause and what to do."""
        super().__init__(
            f"The spool {path} is damaged ({cause}). Start the collector again: it sets the file "
            "aside, keeps every readable reading and begins a new source epoch."
        )
