"""In: what a technician wants done at a meter. Out: it done, at whichever desk. I/O: the desk's.

Each act is a value: a desk does it at once, a laptop's keeps it in the outbox as well, and the
server's does it again from there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, ClassVar, Generic, TypeVar

from processes.technician import Technician
from processes.technician_control import Controlled, control
from processes.technician_desk import FieldDesk
from processes.technician_papers import Certificate, Filed, calibrate, close_record
from processes.technician_prove import Proved, prove_multiplier
from processes.technician_ratio import change_ratio
from processes.technician_retire import retire
from processes.technician_values import Done, Installed, NewPoint, Remarks, Removed, Sighted

T_co = TypeVar("T_co", covariant=True)


class FieldAct(ABC, Generic[T_co]):
    """Something that a technician does at a meter."""

    __slots__ = ()
    VERB: ClassVar[str]
    LATER: ClassVar[bool] = False
    """Whether only the server can judge it: a laptop keeps it and judges nothing."""

    @property
    @abstractmethod
    def at_point(self) -> str:
        """Return the metering point."""

    @abstractmethod
    def do(self, desk: FieldDesk) -> T_co:
        """Do it at a desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Installing(FieldAct[Done]):
    """An act with a device that begins to serve a point."""

    installed: Installed

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.installed.point


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtMeter(FieldAct[T_co]):
    """An act at a meter that is there."""

    point: str

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.point


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission(_Installing):
    """A device begins to serve a point."""

    VERB: ClassVar[str] = "commission"
    new: NewPoint | None
    watch_s: int

    def do(self, desk: FieldDesk) -> Done:
        """Do it at a desk."""
        return Technician(desk).commission(self.installed, self.new, watch_s=self.watch_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace(_Installing):
    """Another device takes over."""

    VERB: ClassVar[str] = "replace"
    removed: Removed
    watch_s: int

    def do(self, desk: FieldDesk) -> Done:
        """Do it at a desk."""
        return Technician(desk).replace(self.installed, self.removed, watch_s=self.watch_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire(_AtMeter[Done]):
    """A device goes for good."""

    VERB: ClassVar[str] = "retire"
    removed: Removed
    remarks: Remarks

    def do(self, desk: FieldDesk) -> Done:
        """Do it at a desk."""
        return retire(desk, self.point, self.removed, self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRatio(_AtMeter[Done]):
    """Another ratio counts from now on."""

    VERB: ClassVar[str] = "change-ratio"
    multiplier: Fraction | None
    """None where it stays: the ratio lies in the device."""
    reason: str
    displays: tuple[str, ...]
    remarks: Remarks
    in_device: Fraction | None = None
    """Ratio by the plates, set in a device that counts the primary side."""
    sighted: Sighted = field(default_factory=Sighted)

    def do(self, desk: FieldDesk) -> Done:
        """Do it at a desk."""
        return change_ratio(
            desk,
            self.point,
            self.multiplier,
            in_device=self.in_device,
            reason=self.reason,
            displays=self.displays,
            remarks=self.remarks,
            sighted=self.sighted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrate(_AtMeter[Filed]):
    """A certificate is filed."""

    VERB: ClassVar[str] = "calibrate"
    certificate: Certificate
    remarks: Remarks

    def do(self, desk: FieldDesk) -> Filed:
        """Do it at a desk."""
        return calibrate(desk, self.point, self.certificate, self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(_AtMeter[Filed]):
    """A signed sheet closes the record of what was done last."""

    VERB: ClassVar[str] = "close"
    remarks: Remarks

    def do(self, desk: FieldDesk) -> Filed:
        """Do it at a desk."""
        return close_record(desk, self.point, self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control(_AtMeter[Controlled]):
    """The display of a pulse meter was read; its pulses are on the server."""

    VERB: ClassVar[str] = "control"
    LATER: ClassVar[bool] = True
    shown: str
    at: datetime
    reason: str
    remarks: Remarks

    def do(self, desk: FieldDesk) -> Controlled:
        """Do it at a desk."""
        return control(
            desk, self.point, self.shown, at=self.at, reason=self.reason, remarks=self.remarks
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prove(_AtMeter[Proved]):
    """The multiplier of a meter that came by a table is proven at the meter."""

    VERB: ClassVar[str] = "prove"
    displays: tuple[str, ...]
    remarks: Remarks
    sighted: Sighted

    def do(self, desk: FieldDesk) -> Proved:
        """Do it at a desk."""
        return prove_multiplier(desk, self.point, self.displays, self.sighted, self.remarks)


ACTS: Mapping[str, type[FieldAct[Any]]] = {
    act.VERB: act
    for act in (Commission, Replace, Retire, ChangeRatio, Calibrate, Close, Control, Prove)
}
"""Every act by the name of its verb."""
