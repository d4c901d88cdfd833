"""In: what a technician wants done at a meter. Out: it done, at whichever desk. I/O: the desk's.

Each act is a value: a desk does it at once, a laptop's keeps it in the outbox as well, and the
server's does it again from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, ClassVar, Protocol, TypeVar

from processes.technician import Technician
from processes.technician_control import Controlled, control
from processes.technician_desk import FieldDesk
from processes.technician_papers import Certificate, Filed, calibrate, close_record
from processes.technician_ratio import change_ratio
from processes.technician_retire import retire
from processes.technician_values import Done, Installed, NewPoint, Remarks, Removed

T_co = TypeVar("T_co", covariant=True)


class FieldAct(Protocol[T_co]):
    """Something that a technician does at a meter."""

    VERB: ClassVar[str]
    LATER: ClassVar[bool]
    """Whether only the server can judge it: a laptop keeps it and judges nothing."""

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        ...

    def do(self, desk: FieldDesk) -> T_co:
        """Do it at a desk."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """A device begins to serve a point."""

    VERB: ClassVar[str] = "commission"
    LATER: ClassVar[bool] = False
    installed: Installed
    new: NewPoint | None
    watch_s: int

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.installed.point

    def do(self, desk: FieldDesk) -> Done:
        """Do it at a desk."""
        return Technician(desk).commission(self.installed, self.new, watch_s=self.watch_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """Another device takes over."""

    VERB: ClassVar[str] = "replace"
    LATER: ClassVar[bool] = False
    installed: Installed
    removed: Removed
    watch_s: int

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.installed.point

    def do(self, desk: FieldDesk) -> Done:
        """Do it at a desk."""
        return Technician(desk).replace(self.installed, self.removed, watch_s=self.watch_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """A device goes for good."""

    VERB: ClassVar[str] = "retire"
    LATER: ClassVar[bool] = False
    point: str
    removed: Removed
    remarks: Remarks

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.point

    def do(self, desk: FieldDesk) -> Done:
        """Do it at a desk."""
        return retire(desk, self.point, self.removed, self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRatio:
    """Another ratio counts from now on."""

    VERB: ClassVar[str] = "change-ratio"
    LATER: ClassVar[bool] = False
    point: str
    multiplier: Fraction | None
    """None where it stays: the ratio lies in the device."""
    reason: str
    displays: tuple[str, ...]
    remarks: Remarks
    in_device: Fraction | None = None
    """Ratio by the plates, set in a device that counts the primary side."""

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.point

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
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrate:
    """A certificate is filed."""

    VERB: ClassVar[str] = "calibrate"
    LATER: ClassVar[bool] = False
    point: str
    certificate: Certificate
    remarks: Remarks

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.point

    def do(self, desk: FieldDesk) -> Filed:
        """Do it at a desk."""
        return calibrate(desk, self.point, self.certificate, self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """A signed sheet closes the record of what was done last."""

    VERB: ClassVar[str] = "close"
    LATER: ClassVar[bool] = False
    point: str
    remarks: Remarks

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.point

    def do(self, desk: FieldDesk) -> Filed:
        """Do it at a desk."""
        return close_record(desk, self.point, self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The display of a pulse meter was read; its pulses are on the server."""

    VERB: ClassVar[str] = "control"
    LATER: ClassVar[bool] = True
    point: str
    shown: str
    at: datetime
    reason: str
    remarks: Remarks

    @property
    def at_point(self) -> str:
        """Return the metering point."""
        return self.point

    def do(self, desk: FieldDesk) -> Controlled:
        """Do it at a desk."""
        return control(
            desk, self.point, self.shown, at=self.at, reason=self.reason, remarks=self.remarks
        )


ACTS: Mapping[str, type[FieldAct[Any]]] = {
    act.VERB: act for act in (Commission, Replace, Retire, ChangeRatio, Calibrate, Close, Control)
}
"""Every act by the name of its verb."""
